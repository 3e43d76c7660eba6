"""Shapes of the group 'kitchen', one file each."""
