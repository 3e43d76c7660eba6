"""Shapes of the group 'household', one file each."""
