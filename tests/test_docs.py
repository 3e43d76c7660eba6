"""The documents are run: every tutorial's files are written and its commands executed in an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
FENCE = re.compile(r"^```(\w+)(?: ([\w.]+))?\n(.*?)^```", re.M | re.S)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda p: p.stem)
def test_tutorials_run_as_written(path: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    ran = 0
    for language, name, body in FENCE.findall(path.read_text(encoding="utf-8")):
        if name:
            (tmp_path / name).write_text(body)
        elif language == "sh":
            for line in body.strip().splitlines():
                words = shlex.split(line)
                done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True)
                assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
                ran += 1
    assert ran


def test_every_kind_has_a_tutorial() -> None:
    assert {p.stem for p in TUTORIALS} >= {"world", "operator", "metric", "learner", "shape", "step"}


def test_systems_lists_every_row_once() -> None:
    ids = re.findall(r"^\| ([A-G]\d+) \|", (ROOT / "docs" / "systems.md").read_text(), re.M)
    wanted = {"A": 8, "B": 4, "C": 9, "D": 11, "E": 5, "F": 8, "G": 2}
    assert ids == [f"{letter}{k}" for letter, n in wanted.items() for k in range(1, n + 1)]


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_readme_commands_are_make_targets() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make ([\w-]+)", (ROOT / "README.md").read_text(), re.M):
        assert re.search(rf"^{target}:", makefile, re.M)
