"""Generating datasets: identity, resume after kill -9, same rows whatever the workers, verify."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import seedbed as sb
from seedbed.dataset.dataset import Dataset
from seedbed.dataset.files import read_json, write_json
from seedbed.dataset.images import encode
from seedbed.errors import UsageError


def test_rows_carry_their_identity(glyphs: Dataset) -> None:
    row = glyphs[7]
    version = row["version"]
    assert row["id"] == f"glyphs@{version}/5/7" and row["world"] == "glyphs" and row["index"] == 7
    assert row["licence"] == "CC0-1.0" and row["source"] == "seedbed" and "no person" in row["consent"]
    assert len(set(glyphs.table(["id"])["id"].to_pylist())) == 400
    assert glyphs.lineage["job"]["program"]["world"] == "glyphs"
    certificate = read_json(glyphs.path / "certificate.json")
    assert certificate["rows"] == 400 and set(certificate["counts"]["digit"].values()) == {40}


def test_the_same_rows_whatever_the_workers_and_the_count(tmp_path: Path, glyphs: Dataset) -> None:
    made = sb.generate("glyphs", rows=400, seed=5, out=tmp_path / "b", workers=2)
    assert made.fingerprint() == glyphs.fingerprint()
    part = sb.generate("glyphs", rows=20, first=390, seed=5, out=tmp_path / "c", workers=0)
    assert part.table().slice(0, 10).equals(glyphs.table().slice(390))
    other = sb.generate("glyphs", rows=20, seed=6, out=tmp_path / "d", workers=0)
    assert other[0]["image"] != glyphs[0]["image"]


def test_another_design_is_another_version(tmp_path: Path, glyphs: Dataset) -> None:
    ones = sb.generate("glyphs", rows=20, seed=5, out=tmp_path / "b", where="digit == '1'", workers=0)
    assert ones[0]["version"] != glyphs[0]["version"] and set(ones.table(["digit"])["digit"].to_pylist()) == {"1"}


def test_finished_folders_are_left_alone_and_others_refused(tmp_path: Path) -> None:
    out = tmp_path / "a"
    first = sb.generate("glyphs", rows=20, out=out, workers=0)
    assert sb.generate("glyphs", rows=20, out=out, workers=0).version == first.version
    with pytest.raises(UsageError, match="another dataset is there"):
        sb.generate("glyphs", rows=21, out=out, workers=0)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.txt").write_text("precious")
    with pytest.raises(UsageError, match="not empty"):
        sb.generate("glyphs", rows=20, out=tmp_path / "b", workers=0)
    assert (tmp_path / "b" / "mine.txt").read_text() == "precious"
    with pytest.raises(UsageError, match="file is in the way"):
        sb.generate("glyphs", rows=20, out=tmp_path / "b" / "mine.txt", workers=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"world": "glyfs"}, "did you mean 'glyphs'"),
        ({"world": "tabletop", "sise": 64}, "did you mean 'size'"),
        ({"world": "tabletop", "size": 3}, "32 to 1024"),
        ({"world": "tabletop", "render": "fats"}, "did you mean 'fast'"),
        ({"world": "tabletop", "objects": [4, 2]}, "objects is"),
        ({"world": "tabletop", "buffers": ["dept"]}, "did you mean 'depth'"),
        ({"world": "tabletop", "categories": ["mug", "cub"]}, "did you mean 'cube'"),
        ({"world": "glyphs", "where": "digits == '1'"}, "did you mean 'digit'"),
        ({"world": "glyphs", "rows": 0}, "rows from 1"),
        ({"world": "glyphs", "questions": 2}, "no scene graphs"),
    ],
)
def test_wrong_input_changes_nothing(tmp_path: Path, call: dict, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sb.generate(**{"rows": 4, "out": tmp_path / "x", **call})
    assert not (tmp_path / "x").exists()


def test_kill_and_rerun_gives_the_same_dataset(tmp_path: Path) -> None:
    out, code = (
        tmp_path / "killed",
        "import seedbed as sb, sys; sb.generate('glyphs', rows=6000, seed=1, out=sys.argv[1], workers=1)",
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(out)], start_new_session=True)
    ledger = out / ".jobs" / "generate"
    for _ in range(600):
        if ledger.is_dir() and len(list(ledger.glob("*.json"))) >= 2:
            break
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = len(list(ledger.glob("*.json")))
    assert done >= 2 and len(Dataset(out)) == 0  # nothing is visible before the commit
    made = sb.generate("glyphs", rows=6000, seed=1, out=out, workers=2)
    whole = sb.generate("glyphs", rows=6000, seed=1, out=tmp_path / "whole", workers=2)
    assert made.table(["index"])["index"].to_pylist() == list(range(6000))
    assert made.fingerprint() == whole.fingerprint()
    assert not (out / ".jobs").exists()


def test_verify_finds_what_was_changed(tmp_path: Path) -> None:
    made = sb.generate("glyphs", rows=60, out=tmp_path / "a", workers=0)
    verdict = sb.verify(made.path, sample=0.2)
    assert verdict.ok and verdict.checked["rows_made_again"] == 12
    write_json(made.path / "lineage.json", {**made.lineage, "fingerprint": "0" * 64})
    assert "differs from the recorded" in sb.verify(made.path).faults[0]
    changed = Dataset.from_table(
        tmp_path / "b",
        made.table().set_column(made.schema.get_field_index("digit"), "digit", [["7"] * 60]),
        made.lineage,
    )
    found = sb.verify(changed.path, sample=1.0)
    assert not found.ok and "column 'digit' differs" in found.faults[0]
    (tmp_path / "c").mkdir()
    with pytest.raises(UsageError, match="not a Seedbed dataset"):
        sb.verify(tmp_path / "c")


def test_verify_of_tabletop_makes_pixels_again(scenes: Dataset) -> None:
    verdict = sb.verify(scenes.path, sample=0.1)
    assert verdict.ok, verdict.faults
    assert {"image", "scene", "questions", "caption", "instance_mask"} <= set(verdict.checked["columns_compared"])
    assert json.loads(json.dumps(verdict.to_dict()))["ok"]


BROKEN = """
from seedbed import register
from seedbed.worlds.shapes.base import Shape
from seedbed.worlds.geometry import MeshBuilder, box

@register("shape", "broken_box")
class BrokenBox(Shape):
    ranges = {"a": (0.1, 0.2), "b": (0.1, 0.2), "c": (0.1, 0.2), "d": (0.1, 0.2)}

    def build(self, **p):
        return MeshBuilder().add(box((1 / 0, 1, 1))).build()
"""


def test_a_broken_object_spoils_its_rows_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(BROKEN)
    words = [
        "generate",
        "tabletop",
        "--rows",
        "40",
        "--out",
        str(tmp_path / "d"),
        "--set",
        "size=32",
        "--set",
        "render=turbo",
    ]
    words += ["--set", "categories=[cube, mug, broken_box, cone]", "--plugin", str(tmp_path / "broken.py")]
    done = subprocess.run([sys.executable, "-m", "seedbed", *words], capture_output=True, text=True)
    assert done.returncode == 4 and "ZeroDivisionError" in done.stderr and "column error" in done.stderr
    rows = Dataset(tmp_path / "d").table().to_pylist()
    assert len(rows) == 40
    for row in rows:
        if row["category"] == "broken_box":
            assert "ZeroDivisionError: division by zero [broken.py:" in row["error"] and row["image"] is None
        else:
            assert row["error"] is None and row["image"] is not None
    certificate = json.loads((tmp_path / "d" / "certificate.json").read_text())
    broken = sum(row["category"] == "broken_box" for row in rows)
    assert certificate["rows_with_errors"] == broken >= 8
    assert sum(shard["rows"] for shard in certificate["per_shard"]) == 40


def test_verify_on_another_cpu_compares_pictures_within_a_tolerance(tmp_path: Path) -> None:
    made = sb.generate("tabletop", rows=8, out=tmp_path / "d", size=48, render="turbo", buffers=["depth"])
    assert sb.verify(made.path, sample=1.0).checked["comparison"] == "every column exactly"
    lineage = json.loads((made.path / "lineage.json").read_text())
    lineage["machine"]["cpu"] = "another one"
    (made.path / "lineage.json").write_text(json.dumps(lineage))
    verdict = sb.verify(made.path, sample=1.0)
    assert verdict.ok and "ground truth and text exactly" in verdict.checked["comparison"]


def test_pictures_beyond_the_tolerance_are_a_fault() -> None:
    from seedbed.run.verify import pictures_alike

    plain = np.full((8, 8, 3), 100, np.uint8)
    near, far = plain.copy(), plain.copy()
    near[0, 0] += 3
    far[:4] += 9
    assert pictures_alike(encode(plain), encode(near)) and not pictures_alike(encode(plain), encode(far))
    assert not pictures_alike(encode(plain), encode(plain[:4])) and not pictures_alike(None, encode(plain))


def test_rows_with_lists_of_pictures_are_sealed_and_verified(tmp_path: Path) -> None:
    options = {"frames": 3, "size": 32, "render": "turbo", "buffers": ["flow_forward"]}
    made = sb.generate("moving", rows=4, out=tmp_path / "d", categories=["mug", "cube"], **options)
    assert len(made.table(["frames"])["frames"].to_pylist()[0]) == 3
    assert sb.verify(made.path, sample=1.0).ok
