"""Progress that a person can read: one updated line on a terminal, one plain line each 10 s elsewhere.

Everything goes to stderr; stdout is data. The first line appears at once, and every step that takes long
names itself with count, rate and time to go.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

PLAIN_SECONDS = 10.0
LIVE_SECONDS = 0.1


class Progress:
    """Writes progress to a stream: mode `auto`, `live`, `plain` or `none`."""

    def __init__(self, mode: str = "auto", stream: TextIO | None = None) -> None:
        self.stream = stream if stream is not None else sys.stderr
        dumb = os.environ.get("TERM") == "dumb" or not self.stream.isatty()
        self.mode = mode if mode != "auto" else ("plain" if dumb else "live")
        self._open = False

    def say(self, text: str) -> None:
        """One line that stays."""
        if self.mode == "none":
            return
        self._clear()
        print(text, file=self.stream, flush=True)

    @contextmanager
    def step(self, name: str, total: int | None = None, unit: str = "rows") -> Iterator[Step]:
        """A step with a count: `step.tick(n)` as work is done."""
        step = Step(self, name, total, unit)
        try:
            yield step
        finally:
            self._clear()

    def _draw(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        self.stream.write(f"\r\x1b[2K{text[:width]}")
        self.stream.flush()
        self._open = True

    def _clear(self) -> None:
        if self._open:
            self.stream.write("\r\x1b[2K")
            self.stream.flush()
            self._open = False


class Step:
    """One step under way."""

    def __init__(self, progress: Progress, name: str, total: int | None, unit: str) -> None:
        self.progress, self.name, self.total, self.unit = progress, name, total, unit
        self.done = 0
        self.note = ""  # a figure shown at the end, for example the loss
        self.skipped = 0  # work found done by an earlier run: it does not count for the rate
        self.start = self._shown = time.monotonic()

    def tick(self, count: int = 1) -> None:
        """Count finished work and show it, when it is time to."""
        if self.done == 0 and time.monotonic() - self.start < 0.05:
            self.skipped += count
        self.done += count
        now = time.monotonic()
        live = self.progress.mode == "live"
        if self.progress.mode != "none" and now - self._shown >= (LIVE_SECONDS if live else PLAIN_SECONDS):
            self._shown = now
            if live:
                self.progress._draw(self.text(now))
            else:
                self.progress.say(self.text(now))

    def text(self, now: float) -> str:
        """`name  120/480 rows  62 rows/s  6 s to go`."""
        seconds = max(now - self.start, 1e-6)
        rate = (self.done - self.skipped) / seconds
        count = f"{self.done:,}/{self.total:,}" if self.total else f"{self.done:,}"
        text = f"  {self.name}  {count} {self.unit}"
        if rate > 0:
            text += f"  {rate:,.1f} {self.unit}/s"
            if self.total:
                text += f"  {duration((self.total - self.done) / rate)} to go"
        return f"{text}  {self.note}" if self.note else text


def duration(seconds: float) -> str:
    """`7.2 s`, `3 min 12 s`, `2 h 5 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"
