"""Fashion-MNIST: 70,000 real photographs of clothes, 28x28 gray, ten classes (Xiao, Rasul and Vollgraf 2017, MIT).

Nothing is downloaded: Debian's package `dataset-fashion-mnist` installs the four files; any folder that holds them
will do.
"""

from __future__ import annotations

import gzip
import os
import struct
from pathlib import Path

import numpy as np

from seedbed.errors import UsageError

INSTALLED = Path("/usr/share/datasets/fashion-mnist")
PARTS = {"train": "train", "test": "t10k"}
CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
LICENCE = "MIT"
SOURCE = "Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747), Debian package dataset-fashion-mnist"


def fashion_mnist(part: str, folder: str | Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(images uint8 (n, 28, 28), labels int64 (n,) into CLASSES) of "train" (60,000) or "test" (10,000).

    `folder`: where the files are; by default where Debian's package puts them. UsageError where they are not.
    """
    home = Path(folder) if folder is not None else INSTALLED
    stem = PARTS[part]
    images = read_idx(home / f"{stem}-images-idx3-ubyte.gz")
    labels = read_idx(home / f"{stem}-labels-idx1-ubyte.gz")
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise UsageError(f"{images.shape} images, {labels.shape} labels", where=str(home), hint="the files do not fit")
    return images, labels.astype(np.int64)


def read_idx(path: Path) -> np.ndarray:
    """The array of a gzipped IDX file of bytes (LeCun's format of MNIST)."""
    if not path.is_file():
        raise UsageError(
            "Fashion-MNIST is not here", where=str(path), hint="apt install dataset-fashion-mnist, or name its folder"
        )
    try:
        with gzip.open(path) as file:
            zero, kind, axes = struct.unpack(">HBB", file.read(4))
            shape = struct.unpack(f">{axes}I", file.read(4 * axes))
            values = np.frombuffer(file.read(), np.uint8)
        if zero or kind != 8:
            raise ValueError(f"type {kind}")
        found: np.ndarray = values.reshape(shape)
    except (OSError, EOFError, struct.error, ValueError) as error:
        raise UsageError(f"no IDX file of bytes ({os.fspath(path.name)}: {error})", where=str(path)) from None
    return found
