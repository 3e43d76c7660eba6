"""Scene graphs to questions whose truth is proved by executing their programs.

Each row tries families in an order of its own (every family as often as every other over a few rows), takes for each
the answer that `calibrate` weighs, and keeps the first few questions that differ. Row i's questions depend on scene i,
its key and its number alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from seedbed.language import words
from seedbed.language.attempt import DRAWS, Attempts, attempt, available, choose
from seedbed.language.calibration import Calibration, Table, answer_words, code_of, size_group
from seedbed.language.cells import FORM_OF, Cell
from seedbed.language.chance import even, mixed, uniform
from seedbed.language.execute import as_text
from seedbed.language.families import HOLE
from seedbed.language.lexicon import ATTRIBUTES, akin
from seedbed.language.programs import filled
from seedbed.language.scenes import Scenes

TRIES = 48  # families tried for one row at most
FIXED = {  # the words that a function can give
    "half": ["left", "right"],
    "quarter": ["top left", "top right", "bottom left", "bottom right"],
    "side": ["left", "right"],
    "before_or_behind": ["in front", "behind"],
    "sight": ["seen", "hidden", "outside"],
    "direction": ["left", "right", "nearer", "away"],
}

Question = dict[str, Any]


def ask(scenes: Scenes, keys: np.ndarray, numbers: np.ndarray, count: int, known: Calibration) -> list[list[Question]]:
    """Up to `count` questions for each scene; `keys` uint64 (S,), `numbers` the rows' indices (S,)."""
    made: list[list[Question]] = [[] for _ in range(scenes.count)]
    turns = tuple(known.turns()) if known.tables else tuple(known.cells)
    if not turns or not count:
        return made
    size, seen = size_group(scenes), scenes.clear.any(1)
    first = 0
    while first < TRIES:
        rows = np.array([k for k in range(scenes.count) if len(made[k]) < count and seen[k]], int)
        if not len(rows):
            break
        rounds = np.arange(first, min(first + max(count, 4), TRIES))
        found = _tries(scenes, keys, numbers, rows, rounds, turns, known, size)
        for row in rows.tolist():
            _keep(made[row], [found[row, r] for r in rounds.tolist() if (row, r) in found], count)
        first = int(rounds[-1]) + 1
    return made


def _keep(kept: list[Question], new: list[Question], count: int) -> None:
    said = {q["question"] for q in kept}
    for question in new:
        if len(kept) < count and question["question"] not in said:
            kept.append(question)
            said.add(question["question"])


def _tries(
    scenes: Scenes, keys: np.ndarray, numbers: np.ndarray, rows: np.ndarray, rounds: np.ndarray,
    turns: tuple[str, ...], known: Calibration, size: np.ndarray,
) -> dict[tuple[int, int], Question]:  # fmt: skip
    """The questions found in some rounds of some rows."""
    row, turn = (a.reshape(-1) for a in np.meshgrid(rows, rounds, indexing="ij"))
    place = numbers[row] * TRIES + turn
    chosen, hit = _order(place, turns)
    groups: dict[str, list[int]] = defaultdict(list)
    for k, name in enumerate(chosen):
        groups[name].append(k)
    found: dict[tuple[int, int], Question] = {}
    for name, members in groups.items():
        cells = known.cells[name]
        at = np.array(members)
        which = (even(hit[at], 2, name) * len(cells)).astype(int)
        for number, cell in enumerate(cells):
            some = at[which == number]
            if len(some):
                found.update(_cell(cell, scenes, keys, row[some], turn[some], hit[some], known, size))
    return found


def _order(place: np.ndarray, turns: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
    """(family, how often it was tried before) at each place of one endless list, shuffled block by block."""
    block, within = np.divmod(place, len(turns))
    names, hits = [], np.zeros(len(place), int)
    for k, (b, w) in enumerate(zip(block.tolist(), within.tolist())):
        order, ranks, counts = _block(b % 4096, turns)
        name = turns[order[w]]
        names.append(name)
        hits[k] = b * counts[name] + ranks[w]
    return names, hits


@lru_cache(maxsize=4096)
def _block(number: int, turns: tuple[str, ...]) -> tuple[list[int], list[int], dict[str, int]]:
    order = np.argsort(uniform(mixed(np.arange(len(turns), dtype=np.uint64), number), "order"), kind="stable").tolist()
    ranks, counts = [], dict.fromkeys(turns, 0)
    for k in order:
        ranks.append(counts[turns[k]])
        counts[turns[k]] += 1
    return order, ranks, counts


def _cell(
    cell: Cell, scenes: Scenes, keys: np.ndarray, rows: np.ndarray, turn: np.ndarray, hit: np.ndarray,
    known: Calibration, size: np.ndarray,
) -> dict[tuple[int, int], Question]:  # fmt: skip
    own = mixed(keys[rows], turn)
    table = known.tables.get(cell.name)
    tried = attempt(cell, scenes, rows, own, known.pool, table.draws if table else DRAWS)
    table = table or _flat(tried)
    place, has = available(tried, table.answers)
    group = np.minimum(size[rows], len(table.weights) - 1)
    picked = choose(place, has, table.weights[group], table.skip, even(hit, 0, cell.family.name))
    position = even(hit, 1, cell.family.name)
    variant = uniform(own, "variant")
    made = {}
    for k in np.flatnonzero(picked >= 0):
        filling, value = tried.text_of(int(k), int(picked[k]))
        question = written(cell, filling, value, float(variant[k]), float(position[k]), own[k : k + 1], known)
        if question is not None:
            made[int(rows[k]), int(turn[k])] = question
    return made


def _flat(tried: Attempts) -> Table:
    answers = np.unique(tried.answer)
    answers = answers[answers >= 0]
    return Table(answers, np.ones((1, len(answers))), 0.0, 1.0)


def written(
    cell: Cell,
    filling: Mapping[str, str],
    value: Any,
    variant: float,
    position: float,
    key: np.ndarray,
    known: Calibration,
) -> Question | None:
    """The question in words; None where too few wrong options are known."""
    family = cell.family
    forms = family.forms
    form = forms[int(uniform(key, "form")[0] * len(forms))]
    plain = as_text(value)
    answer = words.noun(plain)
    if family.answers:
        answer = say(family.answers.get(plain, plain), cell, filling)
    options: list[str] = []
    if form == "choice":
        options = _options(cell, filling, plain, answer, position, key, known)
        if not options:
            return None
    texts = family.text
    return {
        "family": family.name,
        "question": words.sentence(say(texts[int(variant * len(texts))], cell, filling)),
        "answer": answer,
        "answer_form": form,
        "options": options,
        "program": str(filled(cell.program, filling)),
        "value": plain if plain != answer else None,
    }


def say(text: str, cell: Cell, filling: Mapping[str, str]) -> str:
    """A family's text with its holes in words."""

    def fill(match: Any) -> str:
        hole, form = match.group(1), match.group(2)
        if hole in cell.words:
            return words.phrase_of(cell.words[hole].kind, filling[hole], form)
        parts = {name.partition(".")[2]: w for name, w in filling.items() if name.startswith(f"{hole}.")}
        phrase = words.describe(parts)
        return words.plural(phrase) if form == "plural" else words.a(phrase) if form == "a" else phrase

    return HOLE.sub(fill, text)


def _options(
    cell: Cell,
    filling: Mapping[str, str],
    plain: str,
    answer: str,
    position: float,
    key: np.ndarray,
    known: Calibration,
) -> list[str]:
    """Different options with the right one at its place; the others are values that the program does not give.

    They are drawn evenly from everything that the answer could have been, so that they do not point at it.
    """
    family = cell.family
    if family.answers:
        others = [say(text, cell, filling) for name, text in family.answers.items() if name != plain]
    else:
        others = [words.noun(w) for w in possible(cell, plain, known) if w != plain and not akin(w, plain)]
    others = list(dict.fromkeys(o for o in others if o != answer))
    low, high = (
        (family.options, family.options) if isinstance(family.options, int) else (family.options[0], family.options[-1])
    )
    wanted = low + int(uniform(key, "options")[0] * (high - low + 1)) - 1
    wanted = min(wanted, len(others)) if len(others) >= low - 1 else 0
    if wanted < 1:
        return []
    order = np.argsort([uniform(key, 1000 + k)[0] for k in range(len(others))], kind="stable")
    made = [others[int(k)] for k in order[:wanted]]
    made.insert(int(position * (wanted + 1)), answer)
    return made


def possible(cell: Cell, right: str, known: Calibration) -> list[str]:
    """The words that a cell's program can give in this world; categories: those of the right one's group."""
    name = cell.program.name
    if name in FIXED:
        return FIXED[name]
    attribute = name.removeprefix("query_")
    table = answer_words(known, cell)
    if attribute in ATTRIBUTES and right in known.levels.get(attribute, ()):
        levels = known.levels[attribute]
        if attribute == "state":
            return table
        group = (
            [w for w in levels if known.group_of.get(w) == known.group_of.get(right)] if attribute == "category" else []
        )
        return group if len(group) >= 6 else levels
    if cell.gives == "truth" or name.startswith("is_"):
        return ["yes", "no"]
    if cell.gives == "number":
        return table or [str(n) for n in range(cell.family.limit[0], cell.family.limit[1] + 1)]
    return table


def form_of(cell: Cell) -> str:
    """The open form of a cell's answers."""
    return FORM_OF[cell.gives]


__all__ = ["ask", "code_of", "possible", "written"]
