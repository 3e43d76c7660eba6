"""Names that recipes check before torch is imported."""

NEGATIVES = ("random", "pairs")
