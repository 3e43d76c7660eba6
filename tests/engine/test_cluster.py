"""The cluster engines make the same bytes as the local one (make test-slow installs them)."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("engine", ["daft", "ray"])
def test_same_bytes_on_every_engine(tmp_path: Path, engine: str) -> None:
    """Each engine in a process of its own: Daft's runner can be chosen only once in a process."""
    if importlib.util.find_spec(engine) is None:
        pytest.fail(f"{engine} is not installed: run make test-slow")
    design = "design={skew: {category: {zipf: 1.0}}}"
    words = ["generate", "tabletop", "--rows", "96", "--seed", "4", "--set", "size=64", "--set", design, "--json"]
    made = {}
    for name in ("local", engine):
        out = ["--out", str(tmp_path / name), "--engine", name]
        done = subprocess.run([sys.executable, "-m", "seedbed", *words, *out], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        made[name] = json.loads(done.stdout[done.stdout.index("{") :])
    assert made[engine]["fingerprint"] == made["local"]["fingerprint"] and made[engine]["rows"] == 96
