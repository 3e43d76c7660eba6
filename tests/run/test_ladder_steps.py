"""The ladder's steps: learners over seeds on the same rows, real images, what is skipped, and both recipes."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

import seedbed as sb
from seedbed.document.charts_ladder import SIDES, _box, _meet, ladder_chart
from seedbed.run.recipe import load

RECIPES = Path(__file__).parents[2] / "recipes"
GLYPHS = {"do": "generate", "world": "glyphs"}
SMALL = {
    "name": "small",
    "each": {"seed": [0, 1], "source": ["digits", "fashion_mnist"]},
    "stages": {
        "rows": {**GLYPHS, "rows": 60, "seed": 1},
        "test": {**GLYPHS, "rows": 120, "seed": 2},
        "rung": {
            "do": "rung",
            "each": ["seed"],
            "data": ["rows"],
            "test": "test",
            "head": "digit",
            "by": ["slant"],
            "learner": "perceptron",
            "epochs": 3,
            "moves": [1],
            "seed": "$seed",
        },
        "real": {
            "do": "real_images",
            "each": ["source"],
            "source": "$source",
            "learner": "perceptron",
            "epochs": 2,
            "folder": "nowhere",
        },
        "ladder": {"do": "ladder", "rungs": "rung", "real": "real"},
        "report": {"do": "ladder_report", "ladder": "ladder"},
        "alone": {"do": "ladder", "real": "real"},
        "report_alone": {"do": "ladder_report", "ladder": "alone"},
    },
    "results": ["ladder"],
}


def test_a_small_ladder(tmp_path: Path) -> None:
    made = sb.run(SMALL, out=tmp_path / "run", workers=0)
    found = made.results
    row = found["learners"][0]
    assert row["learner"] == "perceptron" and len(row["accuracy"]["values"]) == 2 and row["flop"] > 0
    assert 0.1 < row["accuracy"]["mean"] < 1 and set(row["moved"]) == {"1"} and row["parameters"] == 650
    digits, fashion = found["real"]
    assert digits["accuracy"] > 0.85 and digits["test_rows"] == 449 and "nowhere" in fashion["skipped"]
    pages = sorted((tmp_path / "run" / "stages").glob("report*/report.html"))
    texts = [page.read_text() for page in pages]
    assert len(texts) == 2 and all(text.count("skipped: ") == 1 for text in texts)
    assert "Every learner on the same rows" in texts[0] and "Every learner on the same rows" not in texts[1]


def test_names_in_the_chart_keep_apart() -> None:
    boxes = [_box("complex_cells", 1.0, 90.0, *side) for side in SIDES]
    assert not any(_meet(one, other) for one, other in combinations(boxes, 2)) and _meet(boxes[0], boxes[0])
    assert all(one == pytest.approx((low, high, y, y + 3.6)) for one, (low, high, y) in [
        (boxes[0], (1.03, 1.03 + 13 * 0.034, 84.6)), (boxes[3], (0.97 - 13 * 0.034, 0.97, 91.8)),
    ])  # fmt: skip
    accuracy = {"mean": 0.9, "low": None, "high": None}
    rows = [{"learner": n, "accuracy": accuracy, "moved": {}, "cpu_seconds": 3.0} for n in ("a", "b")]
    assert ladder_chart(rows).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["ladder", "fashion_mnist"])
def test_recipes_are_sound(name: str) -> None:
    assert load(RECIPES / f"{name}.yaml").name == name
