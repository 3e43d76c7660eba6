"""The functions of the language, by what they are about."""

from seedbed.language.functions import events, numbers, order, places, sets, words  # noqa: F401  (they register)
from seedbed.language.functions.base import FUNCTIONS, Function

__all__ = ["FUNCTIONS", "Function"]
