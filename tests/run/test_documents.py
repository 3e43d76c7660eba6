"""Documents of runs: every number opens; a changed, lost or withdrawn one is found; withdrawals are shown."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

import seedbed as sb
from seedbed.dataset.dataset import Dataset
from seedbed.document.card import Card, dangling, ref
from seedbed.document.compute import training_cost, transformer_flop
from seedbed.document.datasheet import UNANSWERED
from seedbed.errors import GateError, UsageError
from seedbed.lineage import Evidence
from seedbed.run.audits.suite import run_suite
from seedbed.run.curate.withdraw import withdraw
from seedbed.run.documents.affected import BANNER, MARK, affected
from seedbed.run.documents.build import document_run, joined_report, report_of
from seedbed.run.documents.diff import diff
from seedbed.run.documents.evidence import Book, check_run, why
from seedbed.run.documents.sheets import datasheet_of, form, subject_of_folder
from seedbed.run.documents.view import View

RECIPE = {
    "name": "tiny",
    "stages": {
        "rows": {"do": "generate", "world": "glyphs", "rows": 60, "seed": 1},
        "test": {"do": "generate", "world": "glyphs", "rows": 80, "seed": 2},
        "model": {"do": "train", "data": ["rows"], "heads": ["digit"], "steps": 4, "batch_size": 8, "options": {"width": 8}},
        "answers": {"do": "predict", "model": "model", "data": "test"},
        "audit": {"do": "audit", "answers": "answers", "by": ["digit", "style"], "metrics": ["error_rate"], "min_count": 5},
    },
    "results": ["audit"],
}  # fmt: skip


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tiny") / "run"
    sb.run(RECIPE, out=out, workers=0)
    return out


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


def test_every_number_of_every_document_opens(run: Path) -> None:
    found = document_run(run, answers={"settings": {"license": "apache-2.0"}, "datasheet": {"purpose": "A test."}})
    assert not found["draft"] and found["evidence"] > 40
    names = {Path(path).name for path in found["files"]}
    assert {"model_card.md", "model_card.html", "datasheet-rows.html", "datasheet-test.md"} <= names
    for path in map(Path, found["files"]):
        page = path.read_text()
        assert dangling(page) == [] and "http" not in page and (path.suffix == ".md" or "<details" not in page)
    kept = json.loads((run / "documents" / "evidence.json").read_text())
    items = [Evidence.from_dict(item) for item in kept["evidence"]]
    checks = Book(View.of_run(run)).check_all(items)
    assert len(checks) == found["evidence"] and {check.state for check in checks} == {"holds"}
    opened = why(run, "audit.audit.table.0.value")
    assert opened["state"] == "holds" and opened["value"] == items[[i.id for i in items].index(opened["id"])].value
    assert opened["command"].startswith("seedbed run") and {d["stage"] for d in opened["data"]} == {"rows", "test"}
    card = (run / "documents" / "model_card.md").read_text()
    assert "Unitary: error_rate" in card and "Intersections of 2" in card and "](datasheet-rows.md)" in card
    sheet = (run / "documents" / "datasheet-rows.md").read_text()
    assert "A test. *(stated)*" in sheet and "[60](#ev-rows.dataset.rows) rows" in sheet and UNANSWERED in sheet


def test_front_matter_round_trips_through_huggingface_hub(run: Path) -> None:
    hub = pytest.importorskip("huggingface_hub")
    document_run(run, answers={"settings": {"license": "apache-2.0", "tags": ["digits"]}})
    card = hub.ModelCard.load(run / "documents" / "model_card.md")
    overall = json.loads((run / "results.json").read_text())["overall"]["value"]
    assert card.data.license == "apache-2.0" and card.data.tags == ["seedbed", "digits"]
    assert card.data.eval_results[0].metric_value == overall and card.data.eval_results[0].metric_type == "error_rate"
    again = hub.ModelCard(str(card))
    assert again.data.to_dict() == card.data.to_dict()


def test_a_changed_or_lost_number_is_refused_and_named(run: Path) -> None:
    document_run(run)
    audit = next(run.glob("stages/audit-*/audit.json"))
    text = audit.read_text()
    audit.write_text(text.replace('"rows": 80', '"rows": 81'))
    with pytest.raises(GateError, match=r"audit.json has changed since the run") as caught:
        document_run(run)
    assert caught.value.exit_code == 3 and "audit.audit.table.0.value" in caught.value.line
    found = document_run(run, draft=True)
    page = (run / "documents" / "model_card.html").read_text()
    assert found["draft"] and "DRAFT." in page and "audit.audit.table.0.value (stale" in page
    audit.write_text(text)
    assert not document_run(run)["draft"]
    record = next(run.glob("stages/model-*/stage.json"))
    record.write_text(record.read_text().replace('"steps": 4', '"steps": 5'))
    assert why(run, "model.parameters")["state"] == "stale"
    record.unlink()
    book = Book(View.of_run(run))
    assert book.check(Evidence("x", 1, "gone", "k")).state == "missing"
    with pytest.raises(UsageError, match="did you mean 'overall.value'"):
        why(run, "overall.valu")


def test_diff_says_what_is_noise(run: Path, tmp_path: Path) -> None:
    document_run(run)
    other = Path(shutil.copytree(run, tmp_path / "other"))
    assert not any(diff(run, other)[k] for k in ("answered", "unanswered", "changed", "data", "numbers"))
    document_run(other, answers={"datasheet": {"purpose": "A test."}})
    assert diff(run, other)["answered"] == ["datasheet-rows: purpose", "datasheet-test: purpose"]
    near, far = ({"e": {"value": v, "low": v - 0.1, "high": v + 0.1}} for v in (0.35, 0.9))
    for name, item in (("a", {"e": {"value": 0.3, "low": 0.2, "high": 0.4}}), ("b", near), ("c", far)):
        (tmp_path / f"{name}.json").write_text(json.dumps(item))
    assert diff(tmp_path / "a.json", tmp_path / "b.json")["numbers"][0]["beyond_noise"] is False
    assert diff(tmp_path / "a.json", tmp_path / "c.json")["numbers"][0]["beyond_noise"] is True
    with pytest.raises(UsageError, match="nothing to compare"):
        diff(tmp_path / "nothing", run)


def test_a_withdrawal_marks_what_was_made_and_makes_its_numbers_stale(run: Path, tmp_path: Path) -> None:
    from seedbed.run.curate import curate

    rows = [{"text": f"Text number {k} has words of its own, {k * 7}.", "subject": f"s{k}"} for k in range(6)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = {"name": "c", "read": {"fields": {"text": "text"}}, "signals": ["text"], "rules": []}
    data = curate([tmp_path / "in.jsonl"], recipe, tmp_path / "data", workers=0)
    document_run(run)
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["inputs"] = [data.results["fingerprint"]]
    (run / "manifest.json").write_text(json.dumps(manifest))
    card = datasheet_of(subject_of_folder(tmp_path / "data"))
    assert "[6](#ev-dataset.curation.rows) rows were read" in card.markdown() and dangling(card.html()) == []
    found = withdraw("s3", [tmp_path / "data"], [run.parent / "run"])
    assert found["removed"] == 1 and (run / MARK).is_file()
    assert BANNER in (run / "documents" / "model_card.md").read_text()
    assert BANNER in (run / "documents" / "model_card.html").read_text()
    checked = why(run, "overall.value")
    assert checked["state"] == "stale" and "1 rows were withdrawn" in checked["why"]
    with pytest.raises(GateError, match="withdrawn"):
        document_run(run)
    assert any(BANNER in text for text in document_run(run, draft=True)["affected"])
    assert "rows were withdrawn" in datasheet_of(subject_of_folder(tmp_path / "data")).markdown()


def test_answers_come_from_a_side_file_and_are_never_invented(glyphs: Dataset) -> None:
    subject = subject_of_folder(Path(glyphs.path))
    asked = yaml.safe_load(form(subject))
    empty = datasheet_of(subject, answers=asked)
    assert set(asked) == {k for k, v in empty.answers.items() if v is None} and len(empty.answers) == 57
    assert empty.answers["ethics"] is None and "No column describes people" in str(empty.answers["identifiable"])
    told = datasheet_of(subject, answers={"ethics": {"text": "None held.", "by": "A. N.", "date": "2026-11-24"}})
    assert told.answers["ethics"] == "None held. *(stated by A. N., 2026-11-24)*"
    with pytest.raises(UsageError, match="did you mean 'ethics'"):
        datasheet_of(subject, answers={"ethic": "x"})
    with pytest.raises(UsageError, match="no evidence"):
        Card("datasheet", "t", ref("3", "nowhere"), {}).markdown()


def test_gpt3_takes_the_published_operations() -> None:
    """Brown et al. 2020, table D.1: 3.14e23 FLOP for 174.6e9 parameters and 300e9 tokens."""
    assert transformer_flop(174.6e9, 300e9) == pytest.approx(3.14e23, rel=0.005)
    cost = training_cost(175e9, 300e9, gpu="a100", price=2.0, utilisation=0.5)
    assert cost["gpu_hours"]["value"] == pytest.approx(3.15e23 / 156e12 / 3600)
    assert cost["dollars"]["value"] == pytest.approx(2 * cost["gpu_hours"]["value"])  # type: ignore[operator]
    for bad in ({"gpu": "h10"}, {"utilisation": 0.0}, {"price": float("nan")}):
        with pytest.raises(UsageError):
            training_cost(1e9, 1e9, **bad)  # type: ignore[arg-type]


def test_an_edited_result_and_a_changed_input_are_stale(run: Path) -> None:
    assert check_run(View.of_run(run)) == []
    results = run / "results.json"
    text = results.read_text()
    found = json.loads(text)
    found["overall"]["value"] = 0.5 * found["overall"]["value"] + 0.1
    results.write_text(json.dumps(found))
    bad = check_run(View.of_run(run))
    assert [(c.evidence.id, c.state) for c in bad] == [("overall.value", "stale")] and "results.json says" in bad[0].why
    with pytest.raises(GateError, match=r"1 number cannot be opened: overall.value is stale"):
        document_run(run)
    results.write_text(text)
    answers = next(run.glob("stages/answers-*/table.parquet"))
    kept = answers.read_bytes()
    answers.write_bytes(kept + b"x")
    assert why(run, "overall.value")["why"].endswith("table.parquet has changed since the run")
    assert why(run, "model.parameters")["state"] == "holds"  # the model was not made from its answers
    answers.unlink()
    opened = why(run, "overall.value")
    assert opened["state"] == "holds" and "1 files of answers are gone" in opened["notes"][0]
    answers.write_bytes(kept)
    lineage = next(run.glob("stages/rows-*/dataset/lineage.json"))
    made = json.loads(lineage.read_text())
    lineage.write_text(json.dumps({**made, "fingerprint": "0" * 64}))
    assert "another version than the run made" in why(run, "overall.value")["why"]


def test_an_opened_number_shows_its_interval(run: Path) -> None:
    overall, opened = json.loads((run / "results.json").read_text())["overall"], why(run, "overall.value")
    assert {k: opened["beside"][k] for k in ("low", "high", "n")} == {k: overall[k] for k in ("low", "high", "n")}
    assert why(run, "model.parameters")["beside"] == {}


def test_numbers_of_tables_open_by_column_and_row(run: Path) -> None:
    row = json.loads((run / "manifest.json").read_text())["stages"][-1]
    place, value = f"{row['folder']}/audit.parquet", json.loads((run / "results.json").read_text())["overall"]["value"]
    table = pq.read_table(run / place)
    at = table["depth"].to_pylist().index(0)
    book = Book(View.of_run(run))

    def state(pointer: str, said: float) -> str:
        return book.check(Evidence("t", said, row["id"], row["key"], [], place, pointer)).state

    assert state(f"value[{at}]", value) == "holds" and state(f"value[{at}]", value + 1) == "stale"
    assert state("value[99999]", value) == "missing" and state("nothing[0]", value) == "missing"


@pytest.mark.parametrize("lost", ["audit-*/stage.json", "audit-*/audit.json", "model-*/stage.json"])
def test_lost_records_are_refused_and_a_draft_is_written(run: Path, lost: str) -> None:
    path = next(run.glob(f"stages/{lost}"))
    path.unlink()
    with pytest.raises(GateError, match=path.name):
        document_run(run)
    found = document_run(run, draft=True)
    assert found["draft"] and found["not_holding"][-1 if "model" in lost else 0]["state"] == "missing"
    pages = [Path(name).read_text() for name in found["files"] if name.endswith(".md")]
    assert pages and all("DRAFT." in page and path.name in page for page in pages)


def test_a_withdrawal_reaches_what_was_made_of_what_was_made(tmp_path: Path) -> None:
    """Dataset a -> dataset b -> run; made again over b as it is, nothing clears; over a new b, everything does."""
    rows = pa.table({
        "id": [f"r{k}" for k in range(24)], "subject": [f"s{k}@x.org" for k in range(24)],
        "prompt": ["lawyer", "nurse"] * 12, "gender": ["female", "male", "male"] * 8,
    })  # fmt: skip
    first = Dataset.from_table(tmp_path / "a", rows)
    Dataset.from_table(tmp_path / "b", rows.slice(0, 20), {"inputs": [first.lineage["fingerprint"]]})
    out = tmp_path / "stages" / "run"  # a folder of the user's own that is called stages changes nothing

    def audit() -> None:
        settings = {"prompt": "prompt", "attributes": ["gender"], "reference": "even"}
        run_suite("representation", str(tmp_path / "b"), settings=settings, out=out)

    audit()
    (out / "model_card.md").write_text("# Card\n\ntext\n")
    number = json.loads((out / "results.json").read_text())["evidence"][0]["id"]
    assert why(out, number)["state"] == "holds" and affected(out) == [] and BANNER not in report_text(out)
    found = withdraw("s3@x.org", [tmp_path / "a"], [tmp_path])
    assert [item["kind"] for item in found["downstream"]] == ["dataset", "run", "card"]
    marks = [(tmp_path / "b" / MARK).read_text(), (out / MARK).read_text()]
    assert all("s3@" not in text and found["subject"] in text for text in marks)
    assert why(out, number)["state"] == "stale" and affected(out)[0]["retrained"] is False
    assert BANNER in report_text(out) and BANNER in (out / "model_card.md").read_text()
    with pytest.raises(GateError, match="withdrawn"):
        report_of(out)
    assert any("DRAFT." in line for line in report_of(out, draft=True).findings)
    time.sleep(1.1)  # records say seconds
    shutil.rmtree(out / "stages")
    audit()
    assert why(out, number)["state"] == "stale" and affected(out)[0]["retrained"] is False  # b still holds the row
    shutil.rmtree(tmp_path / "b")
    Dataset.from_table(tmp_path / "b", rows.slice(4, 16))
    audit()
    assert why(out, number)["state"] == "holds" and affected(out)[0]["retrained"] is True
    assert BANNER not in report_text(out) and document_run(out)["affected"] == []


def report_text(run: Path) -> str:
    return (run / "report.html").read_text()


def test_the_report_is_the_one_of_the_manifest(tmp_path: Path, glyphs: Dataset) -> None:
    out = tmp_path / "run"
    settings = {"prompt": "digit", "attributes": ["style"], "reference": "even"}
    run_suite("representation", str(glyphs.path), settings=settings, out=out)
    saved = next(out.glob("stages/*/report.json"))
    other = out / "stages" / "audit-0000000000"  # an earlier run's, with a newer date
    shutil.copytree(saved.parent, other)
    (other / "report.json").write_text(saved.read_text().replace('"title": "', '"title": "OLD ', 1))
    assert not report_of(out).title.startswith("OLD")
    saved.write_text(saved.read_text().replace('"title": "', '"title": "EDITED ', 1))
    with pytest.raises(GateError, match=r"report.json has changed since the run"):
        report_of(out)
    fine = tmp_path / "fine"
    run_suite("representation", str(glyphs.path), settings=settings, out=fine)
    with pytest.raises(GateError):
        joined_report([fine, out], title="both")
    first = joined_report([fine, out], title="both", draft=True).findings[0]
    assert first.startswith("**run: DRAFT. ") and " cannot be opened:** audit (stale: stages/" in first


def test_diff_of_markdown_compares_answers_numbers_and_data(run: Path, tmp_path: Path) -> None:
    document_run(run)
    one = Path(shutil.copy(run / "documents" / "datasheet-rows.md", tmp_path / "one.md"))
    document_run(run, answers={"datasheet": {"purpose": "A test."}})
    two = run / "documents" / "datasheet-rows.md"
    found = diff(one, two)
    assert found["answered"] == ["For what purpose was the dataset created?"] and found["numbers"] == []
    assert diff(two, one)["unanswered"] == found["answered"] and not found["changed"] and not found["data"]
    text = two.read_text()
    version = json.loads(next(run.glob("stages/rows-*/dataset/lineage.json")).read_text())["fingerprint"]
    assert "| `60` |" in text and version in text
    two.write_text(text.replace("| `60` |", "| `61` |", 1).replace(version, "0" * 64))
    again = diff(one, two)
    assert [(n["a"], n["b"]) for n in again["numbers"]] == [(60.0, 61.0)] and len(again["data"]) == 1
    card = diff(run / "documents" / "model_card.md", two)
    assert "1. Model details" in card["unanswered"]  # a datasheet has no such section


def test_diff_compares_slices_not_positions(tmp_path: Path) -> None:
    rows = [
        {"metric": "accuracy", "slice": s, "value": v, "low": v - 0.1, "high": v + 0.1}
        for s, v in (("", 0.5), ("a", 0.2))
    ]
    (tmp_path / "a.json").write_text(json.dumps({"table": rows}))
    (tmp_path / "b.json").write_text(json.dumps({"table": rows[::-1]}))
    assert diff(tmp_path / "a.json", tmp_path / "b.json")["numbers"] == []
    changed = [rows[1] | {"value": 0.8, "low": 0.7, "high": 0.9}, rows[0]]
    (tmp_path / "b.json").write_text(json.dumps({"table": changed}))
    (only,) = diff(tmp_path / "a.json", tmp_path / "b.json")["numbers"]
    assert only["id"] == "table.[accuracy, a].value" and only["beyond_noise"] is True
