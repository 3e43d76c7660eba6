"""Curation end to end: reasons, duplicates, other thresholds, engines, resuming, bad input, consent, withdrawal."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seedbed.dataset.dataset import Dataset
from seedbed.errors import UsageError
from seedbed.run.curate import curate, decide_again
from seedbed.run.curate.recipe import load
from seedbed.run.curate.withdraw import withdraw
from seedbed.run.verify import verify

PROSE = (
    "The river runs to the sea, and the boats that have sails go with it. People stand on the bank and look at {}. "
    "Some of them wave to the crew; others read, or eat what they have brought with them from {}. "
    "It will be evening before the last boat is home, and the lamps of {} are lit one by one. "
    "Nobody knows who painted {} on the wall of the harbour, but everyone has an opinion about it."
)
RECIPE: dict[str, Any] = {
    "name": "test",
    "signals": ["text"],
    "rules": ["gopher_quality", "gopher_repetition"],
    "duplicates": {"near": {"similarity": 0.65}, "planted": 20},
    "groups": ["source"],
}


def prose(k: int, rng: np.random.Generator) -> str:
    words = [f"{a}{n}" for a, n in zip(("town", "hill", "street", "ship"), rng.integers(0, 10**6, 4))]
    extra = " ".join(f"word{n}" for n in rng.integers(0, 10**6, 60))
    return f"Story {k}. {PROSE.format(*words)} {extra} is the end of it."


def documents(count: int = 60) -> list[dict[str, Any]]:
    """Prose, some of it copied exactly and nearly, some of it too short, some repeated."""
    rng = np.random.default_rng(0)
    rows = [
        {"text": prose(k, rng), "url": f"https://site{k % 3}.example/{k}", "source": f"s{k % 3}"} for k in range(count)
    ]
    rows += [{**rows[k], "url": f"https://copy.example/{k}", "source": "copy"} for k in range(5)]
    rows += [{**rows[k], "text": rows[k]["text"].replace("evening", "night"), "source": "near"} for k in range(5, 10)]
    rows += [{"text": "Too short.", "url": "https://short.example/", "source": "short"}]
    rows += [{"text": ("again and " * 60) + PROSE, "url": "https://again.example/", "source": "again"}]
    return rows


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    path = tmp_path / "docs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in documents()))
    return path


def test_every_row_has_its_reason(crawl: Path, tmp_path: Path) -> None:
    before = crawl.read_bytes()
    made = curate([crawl], RECIPE, tmp_path / "out", workers=0)
    rows = made.dataset.table(["source", "keep", "reason", "reasons", "duplicate_of", "id"]).to_pylist()
    assert crawl.read_bytes() == before and len(rows) == 72 and made.results["kept"] == 60
    ids = {row["id"]: k for k, row in enumerate(rows)}
    for k, row in enumerate(rows):
        wanted = {"copy": "duplicate.exact", "near": "duplicate.near", "short": "gopher_quality.words"}.get(
            row["source"]
        )
        if row["source"] == "again":
            assert row["reason"] == "gopher_repetition.top_2_gram" or row["reason"].startswith("gopher_repetition")
        else:
            assert row["reason"] == wanted
        assert row["keep"] == (row["reason"] is None) and (row["reasons"][:1] or [None])[0] == row["reason"]
        if wanted and wanted.startswith("duplicate"):
            assert ids[row["duplicate_of"]] == (k - 60)
    reasons = {r["reason"]: r for r in made.results["reasons"]}
    assert reasons["duplicate.exact"]["rows"] == 5 and reasons["duplicate.near"]["alone"] == 5
    assert made.results["planted"]["recall"]["0"]["recall"] == 1.0 and made.results["planted"]["precision"] == 1.0
    by = {level["level"]: level for level in made.results["groups"]["source"]}
    assert by["copy"]["share"] == 1.0 and by["copy"]["low"] > 0.5 and by["s0"]["dropped"] == 0
    assert any(flag["level"] == "copy" and flag["reason"] == "duplicate.exact" for flag in made.results["flags"])
    assert verify(tmp_path / "out").ok
    page = (tmp_path / "out" / "report.html").read_text()
    assert "duplicate.exact" in page and "Too short." in page and "Self-test with planted copies" in page


def test_thresholds_change_without_measuring_again(
    crawl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    made = curate([crawl], RECIPE, out, workers=0)
    point = next(s for s in made.results["sensitivity"] if s["reason"] == "gopher_quality.words")
    least = next(c for c in point["curves"] if c["bound"] == "least")
    assert [p["kept"] for p in least["points"]] == sorted((p["kept"] for p in least["points"]), reverse=True)
    monkeypatch.setattr("seedbed.curate.text.measures.measure", None)  # measuring again would fail
    words = max(made.dataset.table(["score.words"])["score.words"].to_pylist())
    again = decide_again(out, RECIPE, set={"rules.gopher_quality.words.least": words})
    assert again.results["kept"] < 5 and again.results["planted"] == made.results["planted"]
    back = decide_again(out, RECIPE)
    assert back.results["kept"] == 60 and back.results["fingerprint"] == made.results["fingerprint"]
    with pytest.raises(UsageError, match="no score 'links_share'"):
        decide_again(out, {**RECIPE, "rules": [{"mine": {"links_share": {"most": 1}}}]})


def test_parts_workers_and_engines_give_the_same_rows(tmp_path: Path) -> None:
    rows = documents(120)
    for k in range(4):
        (tmp_path / "in" / f"{k}").mkdir(parents=True)
        lines = [json.dumps(row) + "\n" for row in rows[k * 33 : (k + 1) * 33]]
        (tmp_path / "in" / f"{k}" / "part.jsonl").write_text("".join(lines))
    one = curate([tmp_path / "in"], RECIPE, tmp_path / "one", workers=0)
    two = curate([tmp_path / "in"], RECIPE, tmp_path / "two", workers=2)
    assert one.dataset.fingerprint() == two.dataset.fingerprint() and len(one.dataset) == 132
    assert one.results["fingerprint"] == two.results["fingerprint"]


def test_killed_and_run_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    (tmp_path / "in").mkdir()
    for k in range(8):
        lines = [json.dumps({"text": prose(i, rng)}) + "\n" for i in range(150)]
        (tmp_path / "in" / f"{k}.jsonl").write_text("".join(lines))
    (tmp_path / "r.yaml").write_text(json.dumps(RECIPE))
    words = [sys.executable, "-m", "seedbed", "curate", "in", "--recipe", "r.yaml", "--out", "out", "--workers", "1"]
    child = subprocess.Popen(
        words, cwd=tmp_path, start_new_session=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    ledger = tmp_path / "out" / "_jobs" / "read"
    deadline = time.time() + 120
    while not list(ledger.glob("part-*.json")) and child.poll() is None and time.time() < deadline:
        time.sleep(0.01)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    finished = {path: path.stat().st_mtime_ns for path in ledger.glob("part-*.json")}
    done = subprocess.run([*words, "--json"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    whole = curate([tmp_path / "in"], RECIPE, tmp_path / "whole", workers=0)
    assert json.loads(done.stdout)["fingerprint"] == whole.results["fingerprint"] and finished
    again = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 0 and "nothing to do" in again.stderr


def test_bad_input_is_quarantined_and_nothing_else_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    rows = [json.dumps(row) for row in documents(10)[:12]]
    (folder / "a.jsonl").write_text("\n".join([rows[0], "{broken", "[1]", rows[1], '{"other": 1}']) + "\n")
    (folder / "b.jsonl").write_bytes(b'{"text": "\xff\xfe"}\n' + rows[2].encode() + b"\n")
    (folder / "c.jsonl").write_text('{"text": "' + "x" * (2 << 20) + '"}\n' + rows[3] + "\n")
    whole = gzip.compress("".join(r + "\n" for r in rows[4:]).encode())
    (folder / "d.jsonl.gz").write_bytes(whole[:-20])
    (folder / "e.jsonl").write_bytes(b"")
    (folder / "f.parquet").write_bytes(b"PAR1nonsense")
    recipe = {**RECIPE, "read": {"max_record_mb": 1}}
    made = curate([folder], recipe, tmp_path / "out", workers=0)
    reasons = made.results["quarantined"]["reasons"]
    assert {
        "bad_json",
        "bad_record",
        "missing_column",
        "invalid_utf8",
        "line_too_long",
        "truncated",
        "empty_file",
    } <= set(reasons)
    texts = set(made.dataset.table(["text"])["text"].to_pylist())
    assert {json.loads(rows[k])["text"] for k in (0, 1, 2, 3)} <= texts
    lines = [json.loads(line) for line in (tmp_path / "out" / "quarantine.jsonl").read_text().splitlines()]
    assert len(lines) == made.quarantined and all({"path", "offset", "reason"} <= set(line) for line in lines)
    (tmp_path / "r.yaml").write_text(json.dumps(recipe))
    done = subprocess.run(
        [sys.executable, "-m", "seedbed", "curate", str(folder), "--recipe", "r.yaml", "--out", "again"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 4 and "quarantine.jsonl" in done.stderr and done.stderr.count("error:") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rulez": []}, "unknown key 'rulez'; did you mean 'rules'"),
        ({"duplicates": {"nearly": {}}}, "unknown key 'nearly'"),
        ({"duplicates": {"near": {"similarity": 2}}}, "less than or equal to 1"),
        ({"signals": ["txt"]}, "unknown operator 'txt'"),
        ({"signals": [{"text": {"only": ["wrds"]}}]}, "no measure 'wrds'"),
        ({"rules": ["gofer"]}, "no rules 'gofer'"),
        ({"opt_out": ["none.domains.txt"]}, "no such list"),
        ({"blur_faces": True}, "nothing finds faces"),
        ({"stages": {}}, "this recipe has stages"),
    ],
)
def test_a_wrong_recipe_is_one_line(change: dict[str, Any], message: str, crawl: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        curate([crawl], {**RECIPE, **change}, tmp_path / "out", workers=0)
    assert not (tmp_path / "out").exists()


def test_recipes_name_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("name: a\nduplicates:\n  near:\n    similarty: 0.5\n")
    with pytest.raises(UsageError, match=r"r.yaml:4: duplicates.near.similarty: unknown key"):
        load(path)


def test_another_dataset_is_not_overwritten(crawl: Path, tmp_path: Path) -> None:
    curate([crawl], RECIPE, tmp_path / "out", workers=0)
    with pytest.raises(UsageError, match="another dataset is there"):
        curate([crawl], {**RECIPE, "seed": 1}, tmp_path / "out", workers=0)


def test_who_opted_out_is_not_stored_and_later_refusals_hold(tmp_path: Path) -> None:
    rows = documents(12)[:12]
    rows[3]["subject"] = "person-7"
    rows[4]["tdm-reservation"] = "1"
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "no.domains.txt").write_text("site1.example\n")
    recipe = {**RECIPE, "opt_out": [str(tmp_path / "no.domains.txt")]}
    made = curate([tmp_path / "in.jsonl"], recipe, tmp_path / "out", workers=0)
    table = made.dataset.table(["reason", "text", "domain"]).to_pylist()
    assert [r["reason"] for r in table if r["domain"] == "site1.example"] == [
        "opt_out.label" if k == 4 else "opt_out.domain" for k in (1, 4, 7, 10)
    ] or all(r["reason"].startswith("opt_out.") for r in table if r["domain"] == "site1.example")
    assert all((r["text"] is None) == (r["reason"] or "").startswith("opt_out") for r in table)
    (tmp_path / "later.subjects.txt").write_text("person-7\n")
    again = decide_again(
        tmp_path / "out", {**recipe, "opt_out": [*recipe["opt_out"], str(tmp_path / "later.subjects.txt")]}
    )
    assert again.dataset[3]["reason"] == "opt_out.subject"


def test_withdrawal_empties_rows_and_lists_what_was_made_from_them(tmp_path: Path) -> None:
    rows = documents(10)[:10]
    rows[2]["text"] += " Write to Jane.Doe@example.com for more."
    rows[6]["subject"] = "jane.doe@example.com"
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = tmp_path / "out"
    made = curate([tmp_path / "in.jsonl"], RECIPE, out, workers=0)
    (tmp_path / "runs" / "a").mkdir(parents=True)
    (tmp_path / "runs" / "a" / "manifest.json").write_text(json.dumps({"inputs": [made.results["fingerprint"]]}))
    (tmp_path / "runs" / "a" / "model_card.md").write_text("# card")
    (tmp_path / "runs" / "b").mkdir()
    (tmp_path / "runs" / "b" / "manifest.json").write_text(json.dumps({"inputs": ["another"]}))
    found = withdraw("jane.doe@example.com", [out], [tmp_path / "runs"])
    assert found["removed"] == 2 and "jane" not in json.dumps(found)
    assert [(d["kind"], Path(d["path"]).name) for d in found["downstream"]] == [("run", "a"), ("card", "model_card.md")]
    gone = Dataset(out)
    assert [k for k in range(10) if gone[k]["reason"] == "withdrawn"] == [2, 6] and gone[2]["text"] is None
    assert verify(out).ok
    kept = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert b"Jane.Doe" not in kept and b"jane.doe" not in kept
    assert decide_again(out, RECIPE).dataset[2]["reason"] == "withdrawn"
    assert withdraw("nobody@example.com", [out])["removed"] == 0


def test_redaction_and_leaks(tmp_path: Path) -> None:
    rows = documents(8)[:8]
    rows[1]["text"] += " Write to a.person@example.com or call +44 20 7946 0958."
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    held = [
        {"text": " ".join(rows[5]["text"].split()[-50:-10])},
        {"text": "nothing that is anywhere else in these rows at all"},
    ]
    (tmp_path / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in held))
    duplicates = {**RECIPE["duplicates"], "against": [str(tmp_path / "test.jsonl")]}
    made = curate(
        [tmp_path / "in.jsonl"], {**RECIPE, "redact": True, "duplicates": duplicates}, tmp_path / "out", workers=0
    )
    assert (
        "<EMAIL>" in made.dataset[1]["text"]
        and "<PHONE>" in made.dataset[1]["text"]
        and made.dataset[1]["redacted"] == 2
    )
    assert [k for k in range(8) if made.dataset[k]["reason"] == "leak"] == [5]
    assert made.results["against"] == {"evaluation_rows": 2, "rows_that_share": 1, "evaluation_rows_found": 1}
    again = decide_again(tmp_path / "out", {**RECIPE, "redact": True, "duplicates": duplicates})
    assert again.results["against"] == made.results["against"]


def test_quality_learns_from_ratings_and_is_doubted(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = [{"text": prose(k, rng)} for k in range(60)]
    rows += [{"text": "\n".join(f"menu item{n} link{n} home" for n in rng.integers(0, 10**6, 30))} for _ in range(60)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    gold = [{"text": rows[k]["text"], "good": k < 60} for k in range(0, 120, 6)]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold))
    quality = {"model": "mock/prose:0.1", "sample": 80, "least": 0.5, "gold": str(tmp_path / "gold.jsonl")}
    made = curate([tmp_path / "in.jsonl"], {**RECIPE, "rules": [], "quality": quality}, tmp_path / "out", workers=0)
    keep = np.array(made.dataset.table(["keep"])["keep"].to_pylist())
    assert keep[:60].mean() > 0.95 and keep[60:].mean() < 0.05
    facts = made.results["quality"]
    assert facts["rated"] == 80 and facts["classifier_auc"] > 0.8 and 0 < facts["noise"]["share"] < 0.3
    assert facts["agreement"]["classifier_accuracy"] > 0.9 and facts["calibration"] and facts["drift"]
    assert len((tmp_path / "out" / "curation" / "ratings.jsonl").read_text().splitlines()) == 80
    with pytest.raises(UsageError, match="no rater 'gpt'"):
        curate([tmp_path / "in.jsonl"], {**RECIPE, "quality": {"model": "gpt"}}, tmp_path / "other", workers=0)


def test_semantic_duplicates_choose_their_similarity_on_labelled_pairs(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    texts = [prose(k, rng) for k in range(30)]
    turned = [" ".join(reversed(t.split(". "))) for t in texts[:6]]  # the same words in another order
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in [*texts, *turned]))
    pairs = [{"text_a": t, "text_b": " ".join(reversed(t.split(". "))), "same": True} for t in texts[10:20]]
    pairs += [{"text_a": texts[k], "text_b": texts[k + 1], "same": False} for k in range(10)]
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(p) + "\n" for p in pairs))
    duplicates = {"semantic": {"pairs": str(tmp_path / "pairs.jsonl")}, "planted": 0}
    recipe = {**RECIPE, "signals": ["text", "embedding"], "rules": [], "duplicates": duplicates}
    made = curate([tmp_path / "in.jsonl"], recipe, tmp_path / "out", workers=0)
    chosen = made.results["duplicates"]["semantic"]["chosen_on_pairs"]
    assert chosen["precision"] == 1.0 and chosen["recall"] == 1.0
    reasons = made.dataset.table(["reason"])["reason"].to_pylist()
    assert reasons == [None] * 30 + ["duplicate.semantic"] * 6


def test_stock_says_how_long_it_lasts(crawl: Path, tmp_path: Path) -> None:
    from seedbed.run.curate.stock import outlook

    stock = curate(
        [crawl], {**RECIPE, "stock": {"planned_tokens": 1e3, "growth": 2}}, tmp_path / "out", workers=0
    ).results["stock"]
    assert stock["rows"] == 72 and stock["kept_tokens"] < stock["unique_tokens"] < stock["tokens"]
    assert set(stock["by_source"]) == {"s0", "s1", "s2", "copy", "near", "short", "again"}
    recipe, _ = load({"name": "a", "stock": {"planned_tokens": 100, "growth": 2, "year": 2026}})
    assert outlook(200, recipe)["epochs"] == 0.5 and outlook(200, recipe)["runs_out"] == 2029  # 4 x 200 = 100 x 2^3
    assert outlook(20, recipe)["already_short"] is True
