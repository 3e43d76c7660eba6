"""Shapes of the group 'outdoors', one file each."""
