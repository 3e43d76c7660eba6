"""The bars of curation: rules, near and exact duplicates, the classifier; datatrove beside them on the same documents.

`python -m benchmarks.curation` prints them and replaces the section of docs/benchmarks.md. The documents are 3,000
characters each, cut from the real text of this machine (`benchmarks.corpus`). SEEDBED_DATATROVE names a Python that
has datatrove 0.10.1 (with spacy and nltk); the two are run in turn on one core, and medians of CPU time are compared.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.corpus import documents
from benchmarks.worlds import Bar
from seedbed.curate.duplicates.clusters import clusters_of
from seedbed.curate.duplicates.exact import first_copies, first_of
from seedbed.curate.duplicates.near import similar_pairs
from seedbed.curate.duplicates.planted import RATES, plant
from seedbed.curate.policy import load_rules
from seedbed.curate.quality.classifier import Classifier
from seedbed.curate.text.measures import measure
from seedbed.curate.text.scan import Scanned, parts

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks.md"
LENGTH, COUNT, PEER = 3000, 30_000, 2_000
RULES = ["gopher_quality", "gopher_repetition", "c4", "fineweb"]
TURNS = 5


def texts_of(count: int) -> list[str]:
    """Pieces of 3,000 characters of real text, each once."""
    found: dict[str, None] = {}
    for document in documents():
        text = document["text"] or ""
        for start in range(0, min(len(text) - LENGTH, 6 * LENGTH) + 1, LENGTH):
            if len(text) >= LENGTH:
                found[text[start : start + LENGTH]] = None
        if len(found) >= count:
            break
    return list(found)[:count]


def median_of(work: Callable[[], Any], turns: int = TURNS) -> float:
    """CPU seconds, the median of some turns after one to warm up."""
    work()
    seconds = []
    for _ in range(turns):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds)


def apply_rules(texts: pa.Array) -> np.ndarray:
    """bool (N, 4): which documents each set of rules keeps."""
    table = measure(texts)
    table = table.rename_columns([f"score.{name}" for name in table.column_names])
    kept = []
    for name in RULES:
        lost = np.zeros(len(texts), bool)
        for rule in load_rules([name]):
            lost |= rule.breaks(table)
        kept.append(~lost)
    return np.stack(kept, 1)


def near(texts: pa.Array) -> np.ndarray:
    """Clusters of near duplicates, from text to end."""
    made = [Scanned(part, only_words=True).sketches() for part in parts(texts)]
    bins, bands = np.concatenate([a for a, _ in made]), np.concatenate([b for _, b in made])
    columns = np.ascontiguousarray(bands.T)
    pairs, _ = similar_pairs(lambda k: columns[k], len(columns), bins)
    return clusters_of(pairs, len(bins))


def bars() -> list[Bar]:
    """Every bar, measured."""
    texts = texts_of(COUNT)
    array = pa.array(texts, pa.large_string())
    small = texts[:PEER]
    planted = plant(small[: PEER // 10], seed=1)
    mixed = [*small, *planted.texts]
    peer_rules, peer_near = peers(small, mixed)
    rules = median_of(lambda: apply_rules(array)) / len(texts)
    ours = apply_rules(pa.array(small, pa.large_string())).mean(0)
    sketch = median_of(lambda: near(array)) / len(texts)
    clusters = near(pa.array(mixed, pa.large_string()))
    found = clusters[len(small) :] == clusters[planted.of]
    recall = {rate: float(found[planted.rate == rate].mean()) for rate in RATES}
    twice = pa.array([*texts, *texts[: len(texts) // 10]], pa.large_string())
    exact = median_of(lambda: first_copies(twice)) / len(twice)
    hashes = np.random.default_rng(0).integers(0, 2**63, (1_000_000, 2)).astype(np.uint64)
    hashes[900_000:] = hashes[:100_000]
    by_hash = median_of(lambda: first_of(hashes)) / len(hashes)
    labels = np.arange(400) % 2
    model = Classifier.fit(texts[:400], labels)
    scored = median_of(lambda: model.scores(array)) / len(texts)
    told = ", ".join(f"{100 * rate:g} %: {value:.2f}" for rate, value in recall.items())
    return [
        Bar("Gopher, C4 and FineWeb rules together, one core", 1 / rules, "documents/s", "10000", peer_rules["speed"]),
        Bar("kept by Gopher quality, Gopher repetition, C4, FineWeb", float(100 * ours[0]), f"%, {100 * ours[1]:.1f}, {100 * ours[2]:.1f}, {100 * ours[3]:.1f} %", "", peer_rules["kept"]),
        Bar("near duplicates from text to clusters, one core", 1 / sketch, "documents/s", "12000", peer_near["speed"]),
        Bar("planted copies found, by share of words changed", float(100 * found.mean()), f"% ({told})", "no worse", peer_near["recall"]),
        Bar("exact duplicates from text, 9 % copies, one core", 1 / exact, "documents/s", "3000000", "polars 2.1 (is_first_distinct) 1.0 M/s here"),
        Bar("exact duplicates from stored 128-bit hashes, one core", 1 / by_hash, "documents/s", "3000000"),
        Bar("quality classifier, one core", 1 / scored, "documents/s", "10000"),
    ]  # fmt: skip


def peers(small: list[str], mixed: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """datatrove's figures in words; empty where it is not installed."""
    python = os.environ.get("SEEDBED_DATATROVE")
    if not python:
        return {"speed": "", "kept": ""}, {"speed": "", "recall": ""}
    rules = [_peer(python, small, "rules") for _ in range(3)]
    speed = statistics.median(r["documents"] / r["seconds"] for r in rules)
    kept = ", ".join(f"{100 * k / len(small):.1f}" for k in rules[0]["kept"])
    near_runs = [_peer(python, mixed, "minhash") for _ in range(3)]
    fast = statistics.median(r["documents"] / r["seconds"] for r in near_runs)
    removed = set(near_runs[0]["removed"])
    planted = plant(small[: PEER // 10], seed=1)
    shown = []
    for rate in RATES:
        rows = np.flatnonzero(planted.rate == rate)
        gone = [len(small) + int(k) in removed or int(planted.of[k]) in removed for k in rows]
        shown.append(f"{100 * rate:g} %: {np.mean(gone):.2f}")
    return (
        {"speed": f"datatrove 0.10.1: {speed:.0f}", "kept": f"datatrove (punctuation is words): {kept} %"},
        {"speed": f"datatrove 0.10.1: {fast:.0f}", "recall": f"datatrove: {', '.join(shown)}"},
    )


def _peer(python: str, texts: list[str], what: str) -> Any:
    with tempfile.TemporaryDirectory() as home:
        docs, out = Path(home) / "docs.jsonl", Path(home) / "out.json"
        docs.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))
        script = Path(__file__).parent / "peers_text.py"
        quiet = subprocess.DEVNULL
        subprocess.run([python, str(script), str(docs), what, str(out)], check=True, stdout=quiet, stderr=quiet)
        return json.loads(out.read_text())


def main() -> None:
    """Measure, print, and put the table into docs/benchmarks.md."""
    os.sched_setaffinity(0, {0})
    lines = ["| what | figure | wanted | peer |", "|---|---|---|---|"]
    for bar in bars():
        figure = f"{bar.value:,.0f}" if bar.value >= 1000 else f"{bar.value:.3g}"
        lines.append(f"| {bar.name} | {figure} {bar.unit} | {bar.goal} | {bar.peer} |")
        print(lines[-1], flush=True)
    text = DOCS.read_text(encoding="utf-8")
    section = (
        "## Curation\n\n`python -m benchmarks.curation` (SEEDBED_DATATROVE names datatrove's Python)\n\n"
        + "\n".join(lines)
        + "\n"
    )
    old = re.search(r"(?ms)^## Curation\n.*?(?=^## |\Z)", text)
    DOCS.write_text(
        text.replace(old.group(), section + "\n") if old else text.rstrip() + "\n\n" + section, encoding="utf-8"
    )


if __name__ == "__main__":
    main()
