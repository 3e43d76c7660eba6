"""Licence and consent: what may be done with a row, and who said no. What cannot be read counts as a no."""
