"""Shapes of the group 'office', one file each."""
