"""Weak supervision of a dataset: ask the labelling functions, fit the label model, compare with gold, add columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.audit.intervals import wilson
from seedbed.dataset import Dataset
from seedbed.dataset.files import write_json
from seedbed.errors import UsageError, nearest
from seedbed.label import ABSTAIN, Decision, Votes, answers, ask, decide, fit_dawid_skene, load_functions, majority
from seedbed.label.dawid_skene import accuracies, one_label
from seedbed.lineage import digest

METHODS = ("dawid_skene", "majority")
REPORT = "label.json"
OUTSIDE = -2  # the place of a true label that is not among the labels


@dataclass
class Labelled:
    """`results` is what is printed and written; `columns` are the label columns, one value a row."""

    results: dict[str, Any]
    columns: pa.Table
    votes: Votes
    decision: Decision


def label(
    path: str | Path,
    functions: str | Path,
    labels: Sequence[str],
    *,
    gold: str | None = None,
    method: str = "dawid_skene",
    abstain_below: float = 0.6,
    column: str | None = None,
    out: str | Path | None = None,
) -> Labelled:
    """Label every row of a dataset by the functions of one file.

    `column` adds `column`, `column.confidence` and `column.probabilities` (in the order of `labels`); `out` writes
    label.json and report.html. `method`: dawid_skene or majority. `gold`, a column of known labels, is hidden
    from the functions and only compared with.
    """
    if method not in METHODS:
        raise UsageError(f"unknown method '{method}'", where="--method", hint=nearest(method, METHODS))
    if not 0 <= abstain_below <= 1:
        raise UsageError(f"it is {abstain_below}", where="--abstain-below", hint="a probability from 0 to 1")
    dataset, declared = Dataset(path), load_functions(functions)
    names = [column, f"{column}.confidence", f"{column}.probabilities"] if column else []
    for name in names:
        if name in dataset.schema.names:
            raise UsageError(f"the column '{name}' exists", where=str(path), hint="choose another --column")
    truths = _truths(dataset, gold)
    known = _places(truths, list(labels))
    votes = ask(declared.functions, _rows(dataset, declared.reads, gold), list(labels), truths)
    found = _labelled(votes, known, method, abstain_below)
    found.results |= {"dataset": str(path), "functions_file": str(functions), "gold": gold, "column": column}
    if names:
        dataset.join_columns(found.columns.rename_columns(names))
        _remember(dataset, found.results, Path(functions))
    if out is not None:
        write_json(Path(out) / REPORT, found.results)
        from seedbed.run.label_report import write_label_report

        write_label_report(Path(out), found, _light(dataset, gold), truths)
    return found


def _labelled(votes: Votes, gold: np.ndarray | None, method: str, least: float) -> Labelled:
    if not votes.covered.any():
        raise UsageError("no function voted on any row", where="label", hint="look at the functions' conditions")
    counts, possible = answers(votes)
    model = fit_dawid_skene(counts, possible) if method == "dawid_skene" else None
    ways = {"majority": majority(votes, least)}
    if model is not None:
        ways["dawid_skene"] = decide(model.posterior(counts), least)
    lines = votes.table(gold)
    for j, line in enumerate(lines):
        if gold is not None:
            line["accuracy"] = _rate(line.pop("right"), line.pop("judged"))
        if model is not None:
            line["learned_accuracy"] = float(accuracies(model)[j])
    decision = ways[method]
    results: dict[str, Any] = {
        "rows": len(votes.matrix),
        "labels": votes.labels,
        "method": method,
        "abstain_below": least,
        "covered": int(votes.covered.sum()),
        "labelled": int((decision.label != ABSTAIN).sum()),
        "counts": {name: int((decision.label == k).sum()) for k, name in enumerate(votes.labels)},
        "functions": lines,
        "notes": _notes(votes, model is not None),
    }
    if model is not None:
        priors = dict(zip(votes.labels, model.priors.tolist()))
        fit = {"iterations": len(model.objective), "converged": model.converged, "objective": model.objective[-1]}
        results["model"] = {**fit, "priors": priors}
    if gold is not None:
        results["compared"] = {name: _compared(one, gold) for name, one in ways.items()}
        results["gold_outside"] = int((gold == OUTSIDE).sum())
    return Labelled(results, _columns(decision, votes.labels), votes, decision)


def _notes(votes: Votes, modelled: bool) -> list[str]:
    """What a reader should know before believing the labels."""
    notes = []
    silent = [name for name, voted in zip(votes.functions, votes.voted.T) if not voted.any()]
    if silent:
        notes.append(f"never vote: {', '.join(silent)}")
    if modelled and len(votes.functions) - len(silent) < 3:
        notes.append("fewer than three functions vote: who is right cannot be told from agreement alone")
    single = one_label(votes)
    if modelled and single:
        notes.append(f"only ever give one label, so their silence is counted as an answer: {', '.join(single)}")
    return notes


def _rate(right: int, judged: int) -> dict[str, Any]:
    low, high = wilson(right, judged)
    if not judged:
        return {"mean": None, "low": None, "high": None, "n": 0}
    return {"mean": right / judged, "low": float(low), "high": float(high), "n": judged}


def _compared(decision: Decision, gold: np.ndarray) -> dict[str, Any]:
    """Against gold: accuracy of the rows that got a label, how many did, and how sure the labels were."""
    judged = (decision.label != ABSTAIN) & (gold != ABSTAIN)
    right = int((decision.label == gold)[judged].sum())
    sure = float(decision.confidence[judged].mean()) if judged.any() else None
    return {
        "accuracy": _rate(right, int(judged.sum())),
        "labelled": float((decision.label != ABSTAIN).mean()),
        "mean_confidence": sure,
    }


def _truths(dataset: Dataset, gold: str | None) -> list[str | None] | None:
    if gold is None:
        return None
    return [None if v is None else str(v) for v in dataset.table([gold])[gold].to_pylist()]


def _places(truths: Sequence[str | None] | None, labels: list[str]) -> np.ndarray | None:
    """Each truth's place in `labels`; OUTSIDE, never right, for a value that is no label; ABSTAIN where unknown."""
    if truths is None:
        return None
    place: Mapping[str | None, int] = {None: ABSTAIN, **{name: k for k, name in enumerate(labels)}}
    found = np.array([place.get(truth, OUTSIDE) for truth in truths], int)
    if len(found) and not (found >= 0).any():
        known = sorted({str(t) for t in truths})
        raise UsageError("no value of the gold column is a label", where="--gold", hint=f"it holds {known[:6]}")
    return found


def _light(dataset: Dataset, gold: str | None) -> list[str]:
    return [f.name for f in dataset.schema if not _bytes(f.type) and f.name != gold]


def _bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _rows(dataset: Dataset, reads: list[str] | None, gold: str | None) -> list[dict[str, Any]]:
    if reads is not None and gold in reads:
        raise UsageError(f"READS has the gold column '{gold}'", where="--gold", hint="functions must not see it")
    names = list(dict.fromkeys(["id", *reads])) if reads is not None else _light(dataset, gold)
    rows: list[dict[str, Any]] = dataset.table(names).to_pylist()
    return rows


def _columns(decision: Decision, labels: list[str]) -> pa.Table:
    known = ~np.isnan(decision.confidence)
    return pa.table(
        {
            "label": pa.array([None if k == ABSTAIN else labels[k] for k in decision.label], pa.string()),
            "confidence": pa.array(np.where(known, decision.confidence, 0.0), pa.float32(), mask=~known),
            "probabilities": pa.array(
                [row.tolist() if good else None for row, good in zip(decision.probabilities, known)],
                pa.list_(pa.float32()),
            ),
        }
    )


def _remember(dataset: Dataset, results: Mapping[str, Any], functions: Path) -> None:
    """What made the columns, in the dataset's lineage."""
    made = {k: results[k] for k in ("labels", "method", "abstain_below", "functions_file", "labelled")}
    made["functions_sha256"] = digest(functions.read_text(encoding="utf-8"))
    lineage = dataset.lineage
    dataset.write_lineage({**lineage, "labelled": {**lineage.get("labelled", {}), str(results["column"]): made}})
