"""Batches in order; where rows are slow to fetch, the next ones are fetched while the step before them runs."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from queue import Full, Queue
from typing import Any

import numpy as np

AHEAD = 2  # batches
END = object()


def feed(objective: Any, order: Iterable[np.ndarray]) -> Generator[Any, None, None]:
    """objective.batch(objective.fetch(rows)) for each batch of `order`. Close it to stop the thread behind it."""
    if not objective.slow:
        for rows in order:
            yield objective.batch(objective.fetch(rows))
        return
    queue: Queue[Any] = Queue(AHEAD)
    stop = threading.Event()
    maker = threading.Thread(target=_make, args=(objective, order, queue, stop), daemon=True)
    maker.start()
    try:
        while (found := queue.get()) is not END:
            if isinstance(found, BaseException):
                raise found
            yield objective.batch(found)
    finally:
        stop.set()
        maker.join()


def _make(objective: Any, order: Iterable[np.ndarray], queue: Queue[Any], stop: threading.Event) -> None:
    try:
        for rows in order:
            if not _put(queue, objective.fetch(rows), stop):
                return
        _put(queue, END, stop)
    except BaseException as error:
        _put(queue, error, stop)


def _put(queue: Queue[Any], item: Any, stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            queue.put(item, timeout=0.1)
        except Full:
            continue
        return True
    return False
