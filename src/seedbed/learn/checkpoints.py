"""Checkpoints: one file that a broken run goes on from, replaced only by a whole one with finite weights."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from seedbed.dataset.files import explained
from seedbed.errors import UsageError

FILE = "checkpoint.pt"
FORMAT = 1


def save(folder: Path, state: Mapping[str, Any]) -> Path:
    """Write the state atomically; the file before it stays until the new one is complete."""
    path = folder / FILE
    with explained(path):
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{FILE}.{os.getpid()}.part")
        torch.save({"format": FORMAT, **state}, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    return path


def load(folder: Path, signature: str, settings: Mapping[str, Any]) -> dict[str, Any] | None:
    """The state of `folder`, None where there is none; UsageError where it belongs to something else.

    Only tensors and plain values are read: a checkpoint runs no code of its author.
    """
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        kind, made_with = state["signature"], state["settings"]
    except Exception as error:
        raise UsageError(
            f"damaged checkpoint ({type(error).__name__})", where=str(path), hint="delete it to start again"
        ) from None
    if kind != signature:
        raise UsageError(
            f"the checkpoint is of {kind}, asked for is {signature}", where=str(path), hint="give another folder"
        )
    changed = [name for name, value in settings.items() if made_with.get(name) != value]
    if changed:
        name = changed[0]
        raise UsageError(
            f"the checkpoint was made with {name}={made_with.get(name)}, asked for is {settings[name]}",
            where=str(path), hint="use the same settings, or another folder",
        )  # fmt: skip
    return dict(state)


def finite(state: Mapping[str, torch.Tensor]) -> bool:
    """Whether every weight is a number."""
    return all(bool(torch.isfinite(value).all()) for value in state.values() if value.is_floating_point())
