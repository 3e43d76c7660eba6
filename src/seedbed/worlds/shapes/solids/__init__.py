"""Shapes of the group 'solids', one file each."""
