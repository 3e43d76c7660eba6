"""Scene graphs to questions whose truth is proved by executing their programs.

Each row tries families in an order of its own (every family as often as every other over a few rows), takes for each
the answer that `calibrate` weighs, and keeps the first few questions that differ. Row i's questions depend on scene i,
its key and its number alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from seedbed.language import words
from seedbed.language.attempt import DRAWS, Attempts, attempt, available, choose
from seedbed.language.calibration import MANY, Calibration, Table, answer_words, code_of, siblings, size_group
from seedbed.language.cells import FORM_OF, Cell
from seedbed.language.chance import even, mixed, uniform
from seedbed.language.execute import as_text, plain
from seedbed.language.families import HOLE
from seedbed.language.lexicon import ATTRIBUTES, akin, word
from seedbed.language.programs import Call, Hole
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
    first, more = 0, max(count, 4)
    while first < TRIES:
        rows = np.array([k for k in range(scenes.count) if len(made[k]) < count and seen[k]], int)
        if not len(rows):
            break
        rounds = np.arange(first, min(first + more, TRIES))
        found = _tries(scenes, keys, numbers, rows, rounds, turns, known, size)
        for row in rows.tolist():
            _keep(made[row], [found[row, r] for r in rounds.tolist() if (row, r) in found], count, known)
        first += len(rounds)
        more = _rounds(len(found) / (len(rows) * len(rounds)), count - float(np.mean([len(made[row]) for row in rows])))
    return made


def _rounds(share: float, wanted: float) -> int:
    """How many families to try at once when `wanted` questions are missing and a `share` of tries finds one.

    Many at once cost less each; the questions are the same however many it is.
    """
    return max(4, int(wanted / max(share, 0.01)))


def _keep(kept: list[Question], new: list[tuple[Picks, int]], count: int, known: Calibration) -> None:
    said = {q["question"] for q in kept}
    for picks, k in new:
        if len(kept) == count:
            return
        question = picks.written(k, known)
        if question is not None and question["question"] not in said:
            kept.append(question)
            said.add(question["question"])


def _tries(
    scenes: Scenes, keys: np.ndarray, numbers: np.ndarray, rows: np.ndarray, rounds: np.ndarray,
    turns: tuple[str, ...], known: Calibration, size: np.ndarray,
) -> dict[tuple[int, int], tuple[Picks, int]]:  # fmt: skip
    """What is asked in some rounds of some rows."""
    row, turn = (a.reshape(-1) for a in np.meshgrid(rows, rounds, indexing="ij"))
    chosen, hit = _order(numbers[row] * TRIES + turn, turns)
    found: dict[tuple[int, int], tuple[Picks, int]] = {}
    names = list(dict.fromkeys(turns))
    for family in np.unique(chosen).tolist():
        name, cells = names[family], known.cells[names[family]]
        at = np.flatnonzero(chosen == family)
        which = (even(hit[at], 2, name) * len(cells)).astype(int)
        for number, cell in enumerate(cells):
            some = at[which == number]
            if len(some):
                _cell(found, cell, scenes, keys, row[some], turn[some], hit[some], known, size)
    return found


def _order(place: np.ndarray, turns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(number of the family, how often it was tried before) at each place of one endless list, shuffled by blocks."""
    block, within = np.divmod(place, len(turns))
    blocks, number = np.unique(block % 4096, return_inverse=True)
    order, ranks = (np.stack(a) for a in zip(*(_block(int(b), turns) for b in blocks)))
    chosen = order[number, within]
    return chosen, block * np.bincount(order[0])[chosen] + ranks[number, within]


@lru_cache(maxsize=4096)
def _block(number: int, turns: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(number of the family, how often it is there before) at each place of a block, int32."""
    families = {name: k for k, name in enumerate(dict.fromkeys(turns))}
    order = np.argsort(uniform(mixed(np.arange(len(turns), dtype=np.uint64), number), "order"), kind="stable")
    chosen = np.array([families[name] for name in turns], np.int32)[order]
    by_family = np.argsort(chosen, kind="stable")
    counts = np.bincount(chosen)
    ranks = np.empty(len(turns), np.int32)
    ranks[by_family] = np.arange(len(turns)) - np.repeat(np.cumsum(counts) - counts, counts)
    return chosen, ranks


@dataclass(frozen=True)
class Picks:
    """Bindings of a cell that are asked about, in columns, to be put in words."""

    cell: Cell
    words: dict[str, list[int]]
    value: Any
    keys: np.ndarray
    variant: list[float]
    position: list[float]

    def written(self, k: int, known: Calibration) -> Question | None:
        """The k-th as a question; None where it cannot be asked."""
        filling = {name: word(column[k]) for name, column in self.words.items()}
        value = plain(self.value, k)
        return written(self.cell, filling, value, self.variant[k], self.position[k], self.keys[k : k + 1], known)


def _cell(
    found: dict[tuple[int, int], tuple[Picks, int]], cell: Cell, scenes: Scenes, keys: np.ndarray, rows: np.ndarray,
    turn: np.ndarray, hit: np.ndarray, known: Calibration, size: np.ndarray,
) -> None:  # fmt: skip
    """Try a cell on rows, and add what is found."""
    own = mixed(keys[rows], turn)
    table = known.tables.get(cell.name)
    tried = attempt(cell, scenes, rows, own, known.pool, table.draws if table else DRAWS)
    table = table or _flat(tried)
    place, has = available(tried, table.answers)
    group = np.minimum(size[rows], len(table.weights) - 1)
    order = table.by_word  # the same in every process, whatever it asked about before
    place = np.where(place >= 0, np.argsort(order)[place] if len(order) else -1, -1)
    picked = choose(place, has[:, order], table.weights[group][:, order], table.skip, even(hit, 0, cell.family.name))
    some = np.flatnonzero(picked >= 0)
    if not len(some):
        return
    words, value = tried.chosen(some, picked[some])
    variant, position = uniform(own[some], "variant"), even(hit[some], 1, cell.family.name)
    picks = Picks(cell, words, value, own[some], variant.tolist(), position.tolist())
    found.update({(r, t): (picks, k) for k, (r, t) in enumerate(zip(rows[some].tolist(), turn[some].tolist()))})


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
    form = forms[int(uniform(key, "form")[0] * len(forms))] if len(forms) > 1 else forms[0]
    text = as_text(value)
    answer = words.noun(text)
    if family.answers:
        answer = say(family.answers.get(text, text), cell, filling)
    options: list[str] = []
    if form == "choice":
        options = _options(cell, filling, text, answer, position, key, known)
        if not options:
            return None
    texts = family.text
    return {
        "family": family.name,
        "question": words.sentence(say(texts[int(variant * len(texts))], cell, filling)),
        "answer": answer,
        "answer_form": form,
        "options": options,
        "program": _program(cell.program, filling),
        "value": text if text != answer else None,
    }


def say(text: str, cell: Cell, filling: Mapping[str, str]) -> str:
    """A family's text with its holes in words."""
    parts = _pieces(text)
    made = [parts[0]]
    for hole, form, after in zip(parts[1::3], parts[2::3], parts[3::3]):
        if hole in cell.words:
            made.append(_phrase(cell.words[hole].kind, filling[hole], form))
        else:
            names = next((names for name, names in cell.signature if name == hole), ())
            made.append(_thing(tuple((name, filling[f"{hole}.{name}"]) for name in names), form))
        made.append(after)
    return "".join(made)


@lru_cache(maxsize=8192)
def _pieces(text: str) -> list[str]:
    """Text, then hole, form and text again for each hole."""
    return HOLE.split(text)


_phrase = lru_cache(maxsize=8192)(words.phrase_of)


@lru_cache(maxsize=8192)
def _thing(attributes: tuple[tuple[str, str], ...], form: str | None) -> str:
    phrase = words.describe(dict(attributes))
    return words.plural(phrase) if form == "plural" else words.a(phrase) if form == "a" else phrase


def _program(program: Call, filling: Mapping[str, str]) -> str:
    """The text of a program with its holes filled."""
    return "".join([part if isinstance(part, str) else repr(filling[part.name]) for part in _parts(program)])


@lru_cache(maxsize=4096)
def _parts(program: Call) -> list[str | Hole]:
    """The text of a program in pieces, with its holes between them."""
    made: list[str | Hole] = [f"{program.name}("]
    for k, arg in enumerate(program.args):
        made += [", "] * (k > 0)
        made += _parts(arg) if isinstance(arg, Call) else [arg] if isinstance(arg, Hole) else [repr(arg)]
    return [*made, ")"]


def _options(
    cell: Cell,
    filling: Mapping[str, str],
    right: str,
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
        others = [say(text, cell, filling) for name, text in family.answers.items() if name != right]
    else:
        others = [words.noun(w) for w in possible(cell, right, known) if w != right and not akin(w, right)]
    others = list(dict.fromkeys(o for o in others if o != answer))
    low, high = (
        (family.options, family.options) if isinstance(family.options, int) else (family.options[0], family.options[-1])
    )
    wanted = low - 1 + (int(uniform(key, "options")[0] * (high - low + 1)) if high > low else 0)
    wanted = min(wanted, len(others)) if len(others) >= low - 1 else 0
    if wanted < 1:
        return []
    order = np.argsort(_turns(uniform(key, np.arange(1000, 1000 + len(others))), others, cell, known), kind="stable")
    made = [others[int(k)] for k in order[:wanted]]
    made.insert(int(position * (wanted + 1)), answer)
    return made


def _turns(u: np.ndarray, others: list[str], cell: Cell, known: Calibration) -> np.ndarray:
    """In which order wrong options are taken: one is drawn as often as it is an answer itself, so that the right one
    cannot be told by being the likeliest (Efraimidis & Spirakis 2006).
    """
    table = known.tables.get(cell.name)
    if table is None or len(table.answers) <= MANY or not table.prior:
        return u
    often = {words.noun(word(int(k))): w for k, w in zip(table.answers, table.prior)}
    least = min(table.prior)
    weights = np.array([often.get(w, least) for w in others])
    made: np.ndarray = -np.log(np.maximum(u, 1e-12)) / weights
    return made


def possible(cell: Cell, right: str, known: Calibration) -> list[str]:
    """The words that a cell's program can give in this world; categories: those of the right one's group."""
    name = cell.program.name
    attribute = name.removeprefix("query_")
    if attribute == "state" and known.tables:
        return siblings(known, right)
    table = answer_words(known, cell)
    if table and len(table) <= MANY:
        return table
    if name in FIXED:
        return FIXED[name]
    if attribute in ATTRIBUTES and attribute != "state" and right in known.levels.get(attribute, ()):
        levels = table or known.levels[attribute]
        alike = (
            [w for w in levels if known.group_of.get(w) == known.group_of.get(right)] if attribute == "category" else []
        )
        return alike if len(alike) >= 6 else levels
    if cell.gives == "truth" or name.startswith("is_"):
        return ["yes", "no"]
    if cell.gives == "number":
        return table or [str(n) for n in range(cell.family.limit[0], cell.family.limit[1] + 1)]
    return table


def form_of(cell: Cell) -> str:
    """The open form of a cell's answers."""
    return FORM_OF[cell.gives]


__all__ = ["ask", "code_of", "possible", "written"]
