"""The history of rules that count mistakes: one entry a pass, over all heads."""

from __future__ import annotations

import time
from collections.abc import Callable


class Passes:
    """Mistakes of each pass, summed over heads; `answers`: how many a pass of all heads gives."""

    def __init__(self, answers: int, progress: Callable[[int], object] | None) -> None:
        self.answers, self.progress, self.start = answers, progress, time.perf_counter()
        self.found: dict[int, tuple[int, float]] = {}

    def add(self, number: int, mistakes: int) -> None:
        """A head's pass `number` (from 1) is over."""
        before = self.found.get(number, (0, 0.0))[0]
        self.found[number] = (before + mistakes, time.perf_counter() - self.start)
        if self.progress is not None:
            self.progress(1)

    def history(self) -> list[dict[str, float]]:
        """{step (the pass), mistakes, loss (their share of the answers), accuracy (the other share), seconds}.

        A head that has ended early makes no more mistakes. Rows are judged before the weights learn from them.
        """
        latest, entries = 0.0, []
        for number, (mistakes, seconds) in sorted(self.found.items()):
            latest, share = max(latest, seconds), mistakes / self.answers
            entry = {"step": number, "mistakes": mistakes, "loss": share, "accuracy": 1 - share, "seconds": latest}
            entries.append(entry)
        return entries
