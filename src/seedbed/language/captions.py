"""Captions in four styles from one scene graph, each with the facts that it states.

alt          as found on the web: short, incomplete on purpose; `alt1` names the subject only, `alt2` (= `alt`) adds one
             word or its place, `alt3` also another object
dense        one paragraph that names every object that can be seen, and where it is
facts        one plain sentence for each fact, a line each
relational   one sentence about two objects and how they stand to each other

Facts are written `0.color=red`, `0 left_of 1`, `count(mug)=2`, `background=planks`, with the objects' numbers, so that
another caption can be scored by the facts it states.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.errors import UsageError, nearest
from seedbed.language.lexicon import NOTHING
from seedbed.language.scenes import Scene, Scenes
from seedbed.language.words import GROUND, SIDE, a, describe, noun, plural, sentence

STYLES = ("alt", "alt1", "alt2", "alt3", "dense", "facts", "relational")
FACTS = ("size", "state", "color", "material")
NUMBER = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
HARD = ("on", "inside", "under", "next_to", "facing")
SOFT = ("left_of", "right_of", "in_front_of", "behind")
VERB = {"facing": "is facing"}


class _Text:
    """A caption being written: its words, and the facts that they state."""

    def __init__(self, scene: Scene, rng: np.random.Generator) -> None:
        self.scene, self.rng = scene, rng
        self.facts: list[str] = []
        self.columns = Scenes([scene])
        self.seen = np.flatnonzero(self.columns.clear[0]).tolist()

    def pick(self, *texts: str) -> str:
        return texts[int(self.rng.integers(len(texts)))]

    def name(self, number: int, attributes: Sequence[str]) -> str:
        """`red mug`, and the facts that it states."""
        thing = self.scene["objects"][number]
        known = {n: thing[n] for n in (*attributes, "category") if thing.get(n) not in (None, NOTHING)}
        self.state(number, known)
        return describe(known)

    def state(self, number: int, known: Mapping[str, str]) -> None:
        for attribute, value in known.items():
            self.add(f"{number}.{attribute}={value}")

    def add(self, fact: str) -> None:
        if fact not in self.facts:
            self.facts.append(fact)

    def relations(self, number: int, kinds: Sequence[str]) -> list[tuple[str, int]]:
        """(predicate, other) that surely hold of an object and others that can be seen, in the order of the kinds."""
        found = []
        for kind in kinds:
            if kind in self.columns.stated:
                others = np.flatnonzero(self.columns.relation(kind)[0][0, number]).tolist()
                found += [(kind, k) for k in sorted(others, key=lambda k: self.far(number, k)) if k in self.seen]
        return found

    def far(self, a: int, b: int) -> float:
        """Between centres, metres; 0 where positions are not known."""
        gap = float(np.linalg.norm(self.columns.position[0, a] - self.columns.position[0, b]))
        return 0.0 if np.isnan(gap) else gap

    def ground(self) -> str:
        kind = self.scene.get("background") or "plain"
        self.add(f"background={kind}")
        return a(GROUND.get(kind, f"{noun(kind)} background"))


def style_of(name: str) -> str:
    """The style, checked."""
    if name not in STYLES:
        raise UsageError(f"no caption style '{name}'", where="captions", hint=nearest(name, STYLES))
    return name


def captions_of(scene: Scene, rng: np.random.Generator, styles: Sequence[str]) -> list[dict[str, Any]]:
    """A caption in each style: style, text, facts."""
    made = []
    for name in styles:
        text = _Text(scene, rng)
        if not text.seen:
            words = f"An empty picture of {text.ground()}."
        elif name == "dense":
            words = _dense(text)
        elif name == "facts":
            words = _facts(text)
        elif name == "relational":
            words = _relational(text)
        else:
            words = _alt(text, int(name[3:] or 2))
        made.append({"style": style_of(name), "text": words, "facts": text.facts})
    return made


def _alt(text: _Text, level: int) -> str:
    """Web alt text: often without an article, a verb or a full stop."""
    subject = text.seen[0]
    thing = text.scene["objects"][subject]
    said = [n for n in ("color", "material", "state") if thing.get(n) not in (None, NOTHING)]
    if level == 1:
        return text.pick("{}", "photo of {}", "{} image", "picture of {}").format(text.name(subject, ()))
    name = text.name(subject, [said[int(text.rng.integers(len(said)))]] if said else [])
    if level == 2:
        if text.rng.random() < 0.4:
            return text.pick("{} on {}", "photo of {} on {}").format(a(name), text.ground())
        return text.pick("{}", "{}, stock photo", "photo of {}", "close view of {}").format(a(name))
    others = [k for k in text.seen if k != subject]
    if not others:
        return text.pick("{} on {}", "photo of {} on {}").format(a(name), text.ground())
    other = text.name(others[int(text.rng.integers(len(others)))], ())
    return text.pick("{} and {}", "{} with {}", "photo of {} with {}").format(a(name), a(other))


def _dense(text: _Text) -> str:
    """One paragraph: how many things, the subject, every other thing with its place, what they stand on."""
    count = len(text.seen)
    text.add(f"count={count}")
    subject, *others = text.seen
    first = text.name(subject, FACTS)
    lines = [_opening(text, count, first)]
    said = {subject}
    names = {subject: _short(text, subject)}
    rest: dict[str, list[int]] = {}
    for number in others:
        names[number] = _short(text, number)
        line = _placed(text, number, said, names)
        if line and names[number]:
            lines.append(line)
            said.add(number)
        else:
            rest.setdefault(describe(_known(text.scene["objects"][number], FACTS)), []).append(number)
    lines += [_besides(text, name, numbers, place > 0) for place, (name, numbers) in enumerate(rest.items())]
    several = ("Everything stands on {}.", "They rest on {}.", "The ground beneath them is {}.")
    lines.append(
        text.pick(*(several if count > 1 else ("It stands on {}.", "Beneath it is {}."))).format(text.ground())
    )
    return " ".join(sentence(line) for line in lines)


def _opening(text: _Text, count: int, first: str) -> str:
    if count == 1:
        return text.pick("The picture shows {}.", "There is {} in this picture.", "{} stands alone.").format(a(first))
    many = NUMBER[count] if count < len(NUMBER) else str(count)
    return text.pick(
        "The picture shows {n} objects, among them {x}.", "There are {n} objects here, one of them {x}.",
        "{n} objects can be seen; one is {x}.",
    ).format(n=many, x=a(first))  # fmt: skip


def _placed(text: _Text, number: int, said: set[int], names: Mapping[int, str]) -> str:
    """A sentence that places an object by one that was named before; empty where that cannot be done."""
    found = [(p, o) for p, o in text.relations(number, (*HARD, *SOFT)) if o in said and names[o]]
    if not found or not names[number]:
        return ""
    name = a(text.name(number, FACTS))
    hard = [f for f in found if f[0] in HARD]
    predicate, other = hard[0] if hard else found[int(text.rng.integers(len(found)))]
    text.add(f"{number} {predicate} {other}")
    where = f"{SIDE[predicate]} the {names[other]}"
    if predicate == "facing":
        return f"{name} is facing the {names[other]}."
    verb = text.pick("stands", "is") if predicate not in ("inside",) else "is"
    return text.pick("{n} {v} {w}.", "{w} {v} {n}.").format(n=name, v=verb, w=where)


def _known(thing: Mapping[str, Any], attributes: Sequence[str]) -> dict[str, str]:
    return {n: thing[n] for n in (*attributes, "category") if thing.get(n) not in (None, NOTHING)}


def _besides(text: _Text, name: str, numbers: Sequence[int], again: bool) -> str:
    """Objects that look alike, or stand where nothing can be said for certain."""
    for number in numbers:
        text.state(number, _known(text.scene["objects"][number], FACTS))
    count = len(numbers)
    many = NUMBER[count] if count < len(NUMBER) else str(count)
    said = a(name) if count == 1 else f"{many} {plural(name)}"
    if again:
        return text.pick("{} can be seen as well.", "Further there {v} {}.", "In addition there {v} {}.").format(
            said, v="is" if count == 1 else "are"
        )
    return text.pick("There {v} also {}.", "The picture holds {} as well.").format(
        said, v="is" if count == 1 else "are"
    )


def _short(text: _Text, number: int) -> str:
    """The shortest name that fits no other object that can be seen; empty where there is none."""
    objects = text.scene["objects"]
    thing = objects[number]
    for attributes in ((), ("color",), ("size",), ("material",), ("size", "color"), ("color", "material"), FACTS):
        names = (*attributes, "category")
        mine = [thing.get(n) for n in names]
        if sum([objects[k].get(n) for n in names] == mine for k in text.seen) == 1:
            return describe({n: thing[n] for n in names if thing.get(n) not in (None, NOTHING)})
    return ""


def _facts(text: _Text) -> str:
    """A sentence a line: counts of kinds, attributes, relations, ground."""
    objects = text.scene["objects"]
    lines = []
    kinds = Counter(objects[k]["category"] for k in text.seen)
    for kind, count in kinds.items():
        name = describe({"category": kind})
        many = NUMBER[count] if count < len(NUMBER) else str(count)
        lines.append(f"There is {a(name)}." if count == 1 else f"There are {many} {plural(name)}.")
        text.add(f"count({kind})={count}")
    for number in text.seen:
        short = _short(text, number)
        if not short:
            continue
        for attribute in ("color", "material", "size", "state"):
            value = objects[number].get(attribute)
            if value not in (None, NOTHING) and noun(value) not in short.split(" "):
                made = "made of " if attribute == "material" and value not in ("checked", "striped", "knit") else ""
                lines.append(f"The {short} is {made}{noun(value)}.")
                text.state(number, {attribute: value, "category": objects[number]["category"]})
    lines += _fact_relations(text)
    lines.append(f"The objects stand on {text.ground()}.")
    return "\n".join(sentence(line) for line in lines)


def _fact_relations(text: _Text) -> list[str]:
    lines = []
    for number in text.seen:
        one = _short(text, number)
        told = text.relations(number, HARD)
        for way in SOFT[::2]:  # of the directions, the nearest neighbour's
            told += text.relations(number, (way,))[:1]
        for predicate, other in told:
            two = _short(text, other)
            if one and two:
                lines.append(f"The {one} {VERB.get(predicate, 'is ' + SIDE[predicate])} the {two}.")
                text.add(f"{number} {predicate} {other}")
    return lines


def _relational(text: _Text) -> str:
    """Two objects and a relation, the rarer kinds first."""
    pairs = [
        (k, p, o)
        for k in text.seen
        for p, o in text.relations(k, (*HARD, *SOFT))
        if _short(text, k) and _short(text, o)
    ]
    if not pairs:
        return sentence(text.pick("There is {}.", "The picture shows {}.").format(a(text.name(text.seen[0], FACTS))))
    hard = [pair for pair in pairs if pair[1] in HARD]
    pairs = hard or pairs
    one, predicate, two = pairs[int(text.rng.integers(len(pairs)))]
    text.add(f"{one} {predicate} {two}")
    first, second = a(text.name(one, ("color", "material"))), a(text.name(two, ("color",)))
    if predicate == "facing":
        return sentence(f"{first} is facing {second}.")
    where = SIDE[predicate]
    return sentence(
        text.pick(
            f"{first} is {where} {second}.", f"{where} {second} is {first}.", f"there is {first} {where} {second}."
        )
    )
