"""Shapes of the group 'furniture', one file each."""
