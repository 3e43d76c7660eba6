"""Surfaces by name: colours, materials that objects are made of, grounds and walls, and accents of parts."""
