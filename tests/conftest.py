"""Shared fixtures. Small datasets are made once a session; kernels are compiled once a machine."""

from __future__ import annotations

from pathlib import Path

import pytest

import seedbed as sb
from seedbed.dataset.dataset import Dataset


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """64 rows of several objects with buffers and questions."""
    out = tmp_path_factory.mktemp("scenes") / "data"
    return sb.generate(
        "tabletop", rows=64, seed=3, out=out, size=64, objects=[1, 4], questions=3,
        buffers=["instance_mask", "depth"], workers=0,
    )  # fmt: skip


@pytest.fixture(scope="session")
def glyphs(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """400 synthetic digits."""
    return sb.generate("glyphs", rows=400, seed=5, out=tmp_path_factory.mktemp("glyphs") / "data", workers=0)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
