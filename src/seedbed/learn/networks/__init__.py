"""Torch modules, one file each. Importing one imports torch."""
