"""The certificate of a dataset's questions: evenness, what a blind guesser scores, what re-execution says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import log2
from typing import Any

import numpy as np

from seedbed.language import blind
from seedbed.language.judge import judge
from seedbed.language.scenes import Scene, Scenes

OVER = 0.02  # points over chance that a blind baseline may score
CONFIDENCE = 0.95  # of all families' intervals together (Bonferroni)
GROUPS = ("to 4", "5 to 7", "8 to 10", "11 and more")


class Certifier:
    """Takes rows a part at a time; `result` is the certificate. `never`: families that were not asked, and why."""

    def __init__(self, never: Mapping[str, str] | None = None) -> None:
        self.never = dict(never or {})
        self.questions: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self.checked = Counter[str]()
        self.rows = 0

    def add(self, scenes: Sequence[Scene] | None, asked: Sequence[Sequence[Mapping[str, Any]]]) -> None:
        """Questions of some rows; with their scenes every program is executed again and judged."""
        self.rows += len(asked)
        sizes = [-1] * len(asked)
        if scenes is not None and len(scenes):
            columns = Scenes(scenes)
            sizes = columns.clear.sum(1).tolist()
            self.checked.update(
                judge([q for row in asked for q in row], columns, [k for k, row in enumerate(asked) for _ in row])
            )
        for size, row in zip(sizes, asked):
            for q in row:
                label = q.get("value") or q["answer"]
                place = q["options"].index(q["answer"]) if q["options"] else -1
                self.questions[q["family"]].append(
                    (q["question"], label, q["answer"], q["answer_form"], tuple(q["options"]), place, size)
                )

    def result(self) -> dict[str, Any]:
        """The certificate as plain JSON values; `failed` lists what is not as it must be."""
        families = {
            name: _family(rows, 2 * max(1, len(self.questions))) for name, rows in sorted(self.questions.items())
        }
        total = sum(len(rows) for rows in self.questions.values())
        made: dict[str, Any] = {
            "questions": total,
            "rows": self.rows,
            "rows_without_questions": None,
            "families": families,
            "never_asked": self.never,
            "answer_forms": dict(sorted(Counter(r[3] for rows in self.questions.values() for r in rows).items())),
            "answer_positions": _positions(self.questions.values()),
            "counts": _counts(families),
            "blind": _overall(families),
            "checked": dict(self.checked),
        }
        made.pop("rows_without_questions")
        made["failed"] = _failed(made)
        return made


def question_certificate(
    questions: Iterable[Sequence[Mapping[str, Any]]], scenes: Sequence[Scene] | None = None
) -> dict[str, Any]:
    """The certificate of lists of questions (one a row); with the rows' scenes also what re-execution says."""
    certifier = Certifier()
    certifier.add(scenes, list(questions))
    return certifier.result()


def _family(rows: list[tuple[Any, ...]], tests: int) -> dict[str, Any]:
    labels = [row[1] for row in rows]
    form = Counter(row[3] for row in rows).most_common(1)[0][0]
    counts = Counter(labels)
    made: dict[str, Any] = {
        "questions": len(rows),
        "form": form,
        "answers": dict(sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:40]),
        "different_answers": len(counts),
        "entropy_bits": round(_entropy(counts), 4),
        "scene_sizes": _by_size(rows),
    }
    if form in ("point", "box"):
        return {**made, "chance": None, "baselines": {}}
    baselines, weights = {}, []
    for kind in ("open", "choice"):
        part = [row for row in rows if (row[3] == "choice") == (kind == "choice")]
        if part:
            baselines[kind] = _baselines(part, counts, tests)
            weights.append(len(part))
    made["baselines"] = baselines
    made["chance"] = round(float(np.average([b["chance"] for b in baselines.values()], weights=weights)), 4)
    return made


def _baselines(rows: list[tuple[Any, ...]], counts: Counter[str], tests: int) -> dict[str, Any]:
    texts = [row[0] for row in rows]
    # of a choice only its options can be guessed; where they name things of the question, the program's value is
    spoken = {row[2] for row in rows}
    named = rows[0][3] == "choice" and len(counts) <= 4 < len(spoken)
    labels = [row[1] if named or not row[4] else row[2] for row in rows]
    allowed = [() if named else row[4] for row in rows]
    chance = blind.chance_of(rows[0][3], len(counts), [len(counts) if named else len(row[4]) for row in rows if row[4]])
    halves = blind.halves_of(texts)
    made: dict[str, Any] = {"questions": len(rows), "chance": round(float(chance or 0.0), 4)}
    for name, right in (
        ("majority", blind.majority(labels, allowed, halves)),
        ("words", blind.regression(texts, labels, allowed, halves)),
    ):
        low, high = blind.interval(int(right.sum()), len(rows), (1 - CONFIDENCE) / tests)
        made[name] = {"accuracy": round(float(right.mean()), 4), "low": round(low, 4), "high": round(high, 4)}
    return made


def _overall(families: Mapping[str, Any]) -> dict[str, Any]:
    """How far over chance the baselines are over all families, with the 95 % interval of the mean."""
    made: dict[str, Any] = {}
    parts = [b for f in families.values() for b in f["baselines"].values()]
    total = sum(b["questions"] for b in parts)
    for name in ("majority", "words"):
        if not total:
            continue
        over = sum(b["questions"] * (b[name]["accuracy"] - b["chance"]) for b in parts) / total
        spread = sum(b["questions"] * b[name]["accuracy"] * (1 - b[name]["accuracy"]) for b in parts) ** 0.5 / total
        made[name] = {
            "accuracy": round(sum(b["questions"] * b[name]["accuracy"] for b in parts) / total, 4),
            "over_chance": round(over, 4),
            "low": round(over - 1.96 * spread, 4),
            "high": round(over + 1.96 * spread, 4),
        }
    return made


def _failed(made: Mapping[str, Any]) -> list[str]:
    found = []
    for name, family in made["families"].items():
        for kind, part in family["baselines"].items():
            for baseline in ("majority", "words"):
                figure = part[baseline]
                if figure["low"] > part["chance"] + OVER:
                    found.append(
                        f"family {name} ({kind}): the blind baseline '{baseline}' scores {figure['accuracy']:.3f} "
                        f"[{figure['low']:.3f}, {figure['high']:.3f}], chance is {part['chance']:.3f}"
                    )
    for name, figure in made["blind"].items():
        if figure["low"] > OVER:
            found.append(f"over all families the blind baseline '{name}' is {figure['over_chance']:.3f} over chance")
    for name in ("unconfirmed", "ambiguous", "degenerate", "wrong_options"):
        if made["checked"].get(name):
            found.append(
                f"{made['checked'][name]} of {made['checked']['executed']} questions are {name.replace('_', ' ')}"
            )
    return found


def _by_size(rows: list[tuple[Any, ...]]) -> dict[str, dict[str, int]]:
    """Answers (the ten most frequent) by how many objects are seen."""
    top = {w for w, _ in Counter(row[1] for row in rows).most_common(11)}
    made: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row[6] >= 0 and row[1] in top:
            made[GROUPS[int(np.searchsorted((5, 8, 11), row[6], side="right"))]][row[1]] += 1
    return {name: dict(sorted(made[name].items())) for name in GROUPS if name in made}


def _positions(families: Iterable[list[tuple[Any, ...]]]) -> dict[str, list[int]]:
    made: dict[int, Counter[int]] = defaultdict(Counter)
    for rows in families:
        for row in rows:
            if row[5] >= 0:
                made[len(row[4])][row[5]] += 1
    return {f"{n} options": [made[n][k] for k in range(n)] for n in sorted(made)}


def _counts(families: Mapping[str, Any]) -> dict[str, Any]:
    """How often each count from 0 to 10 is the answer, in the families that ask for all of them."""
    every = [str(n) for n in range(11)]
    full = [f for f in families.values() if set(every) <= set(f["answers"])]
    answers = {n: sum(f["answers"][n] for f in full) for n in every} if full else {}
    equal = sum(answers.values()) / 11
    worst = max((abs(v / equal - 1) for v in answers.values()), default=None)
    return {"families": len(full), "answers": answers, "largest_deviation": None if worst is None else round(worst, 4)}


def _entropy(counts: Counter[str]) -> float:
    total = sum(counts.values())
    return -sum(n / total * log2(n / total) for n in counts.values())


def summary(made: Mapping[str, Any]) -> str:
    """One line for people."""
    words = made["blind"].get("words")
    over = f"; without the picture {100 * words['over_chance']:+.1f} points over chance" if words else ""
    checked = made["checked"]
    wrong = sum(checked.get(name, 0) for name in ("unconfirmed", "ambiguous", "degenerate", "wrong_options"))
    proof = f"; {wrong} of {checked['executed']:,} not confirmed" if checked.get("executed") else ""
    state = f"certificate fails: {made['failed'][0]}" if made["failed"] else "certificate holds"
    return f"{made['questions']:,} questions of {len(made['families'])} families{over}{proof}; {state}"
