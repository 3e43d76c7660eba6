"""Named arrays in one safetensors file: read without running any code of the file's author."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from seedbed.dataset.files import explained
from seedbed.errors import UsageError


def write_weights(path: Path, arrays: Mapping[str, np.ndarray]) -> Path:
    """Write the arrays atomically."""
    from safetensors.numpy import save_file

    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        save_file({name: np.ascontiguousarray(value) for name, value in arrays.items()}, part)
        part.replace(path)
    return path


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file; UsageError where it is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return dict(load_file(path))
    except FileNotFoundError:
        raise UsageError("no such file", where=str(path)) from None
    except SafetensorError as error:
        raise UsageError(f"damaged weights ({error})", where=str(path)) from None
