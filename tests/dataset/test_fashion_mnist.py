"""Fashion-MNIST from its four files: a folder that the test writes in the same format."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from seedbed.dataset.fashion_mnist import fashion_mnist
from seedbed.errors import UsageError


def write(path: Path, values: np.ndarray) -> None:
    head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    path.write_bytes(gzip.compress(head + values.tobytes()))


def test_images_and_labels_are_read(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    write(tmp_path / "t10k-images-idx3-ubyte.gz", images)
    write(tmp_path / "t10k-labels-idx1-ubyte.gz", np.array([0, 9, 3, 1, 2], np.uint8))
    found, labels = fashion_mnist("test", tmp_path)
    np.testing.assert_array_equal(found, images)
    assert labels.tolist() == [0, 9, 3, 1, 2] and labels.dtype == np.int64
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(b"nonsense")
    with pytest.raises(UsageError, match="no IDX file of bytes"):
        fashion_mnist("test", tmp_path)
    with pytest.raises(UsageError, match="apt install dataset-fashion-mnist"):
        fashion_mnist("train", tmp_path)
