"""Duplicates: which rows say the same, how that was found, which one is kept and why."""
