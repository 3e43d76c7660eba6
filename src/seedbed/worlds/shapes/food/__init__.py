"""Shapes of the group 'food', one file each."""
