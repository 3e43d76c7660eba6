"""`seedbed export` with a use policy, as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa

from seedbed.dataset.dataset import Dataset


def seedbed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "seedbed", *words], capture_output=True, text=True)


def test_a_policy_file_in_the_folder_is_all_it_takes(here: Path) -> None:
    Dataset.from_table(here / "d", pa.table({"id": ["a", "b"], "licence": ["MIT", "MIT"]}))
    (here / "d" / "policy.yaml").write_text("uses: [research]\ncontact: ada@example.org\n")
    words = ("export", "d", "--to", "croissant", "--out", "x")
    refused = seedbed(*words, "--use", "research", "--use", "commercial")
    assert refused.returncode == 2 and "'commercial' is refused" in refused.stderr and "ada@" in refused.stderr
    assert refused.stderr.count("\n") == 1 and not (here / "x").exists()
    done = seedbed(*words, "--use", "commercial", "--override", "Ada: she asked", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["uses"] == ["commercial"]
    assert sorted(p.name for p in (here / "x").iterdir()) == [
        "croissant.json", "data.parquet", "overrides.jsonl", "policy.yaml", "seedbed.json",
    ]  # fmt: skip
    assert (here / "x" / "overrides.jsonl").read_text() == (here / "d" / "overrides.jsonl").read_text()
