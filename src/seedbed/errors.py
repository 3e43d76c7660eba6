"""One hierarchy of errors: every message says what is wrong, where, and what to do next.

SeedbedError          exit 1   something unexpected
├── UsageError        exit 2   wrong input or a missing prerequisite
├── GateError         exit 3   a stated requirement was not met
└── PartialError      exit 4   part of the work is done; run again to go on
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SeedbedError(Exception):
    """What went wrong, where, and what to do next; printed as one line by the command line."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        super().__init__(self.line)

    @property
    def line(self) -> str:
        """The message as one line: `where: what; hint`."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return " ".join((f"{text}; {self.hint}" if self.hint else text).split())

    def __reduce__(self) -> tuple[object, ...]:  # errors cross process borders
        return _rebuild, (type(self), self.what, self.where, self.hint)


def _rebuild(cls: type[SeedbedError], what: str, where: str, hint: str) -> SeedbedError:
    return cls(what, where=where, hint=hint)


class UsageError(SeedbedError):
    """The user's input is wrong or a prerequisite is missing. Nothing was changed."""

    exit_code = 2


class GateError(SeedbedError):
    """The work was done, and a requirement that the user stated is not met."""

    exit_code = 3


class PartialError(SeedbedError):
    """Some of the work is done and kept; running the same command again goes on from there."""

    exit_code = 4


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or lists the known words (at most 12)."""
    options = sorted(known)
    close = difflib.get_close_matches(word, options, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    if not options:
        return "none is known"
    shown = ", ".join(options[:12])
    return f"known: {shown}{', …' if len(options) > 12 else ''}"
