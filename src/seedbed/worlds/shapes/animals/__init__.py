"""Shapes of the group 'animals', one file each."""
