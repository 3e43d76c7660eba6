"""`seedbed label`: columns beside the images, never over others; the report; refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner

import seedbed as sb
from seedbed.cli import cli
from seedbed.dataset import Dataset
from seedbed.errors import UsageError
from seedbed.run.label import label

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "color_rules.py"

RULES = """
def says_red(row):
    return "red" if "red" in row["text"] else None
def says_blue(row):
    return "blue" if "blue" in row["text"] else None
def first_word(row):
    return {"r": "red", "b": "blue"}.get(row["text"][0])
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    texts = ["red mug", "blue mug", "a mug", "blue and red"] * 10
    gold = ["red", "blue", "red", "blue"] * 10
    columns = {"id": [f"r{k}" for k in range(40)], "text": texts, "color": gold, "image": [b"png"] * 40}
    Dataset.from_table(tmp_path / "data", pa.table(columns))
    (tmp_path / "rules.py").write_text(RULES)
    return tmp_path / "data"


def test_columns_are_added_and_the_images_stay(data: Path) -> None:
    before = Dataset(data).lineage["fingerprint"]
    images = {p: p.stat().st_mtime_ns for p in data.rglob("*.lance")}
    found = label(data, data.parent / "rules.py", ["red", "blue"], gold="color", column="weak", out=data.parent / "r")
    dataset = Dataset(data)
    assert all(p.stat().st_mtime_ns == t for p, t in images.items() if p.exists())
    table = dataset.table(["weak", "weak.confidence", "weak.probabilities"])
    assert table["weak"].to_pylist()[:4] == ["red", "blue", None, "blue"]
    assert table["weak.confidence"].to_pylist()[2] is None
    assert abs(sum(table["weak.probabilities"].to_pylist()[3]) - 1) < 1e-6
    assert dataset.fingerprint(dataset.lineage["columns"]) == before
    assert dataset.lineage["labelled"]["weak"]["labels"] == ["red", "blue"]
    results = json.loads((data.parent / "r" / "label.json").read_text())
    assert results["compared"]["dawid_skene"]["accuracy"]["n"] == 30 == results["labelled"] == found.results["labelled"]
    low, high = (results["functions"][0]["accuracy"][k] for k in ("low", "high"))
    assert results["functions"][0]["accuracy"]["mean"] == 0.5 and low < 0.5 < high
    page = (data.parent / "r" / "report.html").read_text()
    assert "Where they disagree" in page and "says_blue" in page
    with pytest.raises(UsageError, match="the column 'weak' exists"):
        label(data, data.parent / "rules.py", ["red", "blue"], column="weak")


def test_functions_do_not_see_gold(data: Path) -> None:
    (data.parent / "cheat.py").write_text("def cheat(row): return row['color']\n")
    with pytest.raises(UsageError, match=r"KeyError\('color'\)"):
        label(data, data.parent / "cheat.py", ["red", "blue"], gold="color")
    (data.parent / "cheat.py").write_text("READS = ['color']\ndef cheat(row): return row['color']\n")
    with pytest.raises(UsageError, match="must not see it"):
        label(data, data.parent / "cheat.py", ["red", "blue"], gold="color")


def test_the_verb(data: Path) -> None:
    base = ["label", str(data), "--functions", str(data.parent / "rules.py"), "--labels", "red,blue"]
    said = CliRunner().invoke(cli, [*base, "--method", "majority", "--gold", "color", "--json"], catch_exceptions=False)
    found = json.loads(said.stdout)
    assert found["method"] == "majority" and found["schema_version"] >= 1 and found["counts"] == {"red": 10, "blue": 20}
    assert "nothing is stored" in said.stderr
    told = CliRunner().invoke(cli, [*base, "--gold", "color"], catch_exceptions=False).stdout
    assert "says_red" in told and "30 of 40 rows have a label (75.0 %)" in told


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ["red"]}, "two or more"),
        ({"method": "vote"}, "unknown method 'vote'"),
        ({"abstain_below": 1.5}, "a probability"),
        ({"gold": "colour"}, "no column 'colour'; did you mean 'color'"),
        ({"labels": ["green", "red", "blue"], "gold": "text"}, "no value of the gold column is a label"),
    ],
)
def test_refusals(data: Path, change: dict[str, object], message: str) -> None:
    asked = {"labels": ["red", "blue"], **change}
    with pytest.raises(UsageError, match=message):
        label(data, data.parent / "rules.py", **asked)  # type: ignore[arg-type]


def test_functions_that_never_vote_are_named_and_none_at_all_is_refused(data: Path) -> None:
    (data.parent / "few.py").write_text(RULES + "def never(row): return None\n")
    assert "never vote: never" in label(data, data.parent / "few.py", ["red", "blue"]).results["notes"]
    (data.parent / "few.py").write_text("def never(row): return None\n")
    with pytest.raises(UsageError, match="no function voted"):
        label(data, data.parent / "few.py", ["red", "blue"])


def test_the_example_of_the_docs_runs_on_a_generated_dataset(tmp_path: Path) -> None:
    sb.generate(
        "tabletop", rows=48, seed=0, out=tmp_path / "colors", size=32, objects=[1, 3], workers=0,
        captions=["alt", "dense", "relational"], where="color in ['red', 'green', 'blue', 'yellow']",
    )  # fmt: skip
    colors = ["red", "green", "blue", "yellow"]
    found = label(tmp_path / "colors", EXAMPLE, colors, gold="color").results
    rates = {line["function"]: line for line in found["functions"]}
    assert rates["dense_caption"]["accuracy"]["mean"] > 0.8 and rates["hue_of_pixels"]["coverage"] > 0.2
    assert found["compared"]["dawid_skene"]["accuracy"]["mean"] > 0.8
