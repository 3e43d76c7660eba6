"""Captions of minimal pairs: the same words in another order, each true of its own scene and false of the other.

Truth is proved on both scene graphs before the captions are given out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from seedbed.errors import SeedbedError
from seedbed.language.lexicon import NOTHING
from seedbed.language.scenes import Scene, Scenes
from seedbed.language.words import SIDE, a, describe, plural, sentence

NUMBER = ("no", "one", "two", "three", "four", "five", "six")
Caption = tuple[str, list[str]]


class NotProved(SeedbedError):
    """A caption does not hold in its own scene, or holds in the other one too."""


def pair_captions(first: Scene, second: Scene, pair: Mapping[str, Any], where: str = "pair") -> tuple[str, str]:
    """The captions of the two scenes. Raises NotProved with `where` when one is not true of its scene alone."""
    one, two = _caption(first, pair, pair["roles"]), _caption(second, pair, pair["roles_1"])
    names = [describe({"category": o["category"]}) for scene in (first, second) for o in scene["objects"]]
    if pair["swap"] != "factor" and words(one[0], names) != words(two[0], names):
        raise NotProved(f"the captions differ in words: '{one[0]}', '{two[0]}'", where=where)
    for scene, mine, other in ((first, one, two), (second, two, one)):
        if not all(holds(scene, fact) for fact in mine[1]):
            raise NotProved(f"'{mine[0]}' is not true of its scene", where=where)
        if all(holds(scene, fact) for fact in other[1]):
            raise NotProved(f"'{other[0]}' is true of both scenes", where=where)
    return one[0], two[0]


def words(text: str, names: Sequence[str] = ()) -> Counter[str]:
    """The words of a caption; of the `names` each in the singular: Winoground counts `plants` and `plant` as one."""
    plain = f" {text.lower().rstrip('.')} "
    for name in sorted(set(names), key=len, reverse=True):
        plain = plain.replace(f" {plural(name)} ", f" {name} ")
    return Counter("a" if w in ("a", "an") else w for w in plain.split())


def holds(scene: Scene, fact: str) -> bool:
    """Whether a fact of a caption is true of some objects of a scene: `red mug left_of cube`, `2 red mug`."""
    columns = Scenes([scene])
    subject, _, rest = fact.partition(" | ")
    if not rest:
        number, _, name = subject.partition(" x ")
        return len(_fitting(scene, name)) == int(number)
    predicate, _, other = rest.partition(" | ")
    targets = _fitting(scene, other)
    sure = columns.relation(predicate)[0][0]
    if predicate == "surrounding":
        return any(all(sure[k, o] for k in _fitting(scene, subject)) for o in targets) and bool(
            _fitting(scene, subject)
        )
    return any(sure[k, o] for k in _fitting(scene, subject) for o in targets if k != o)


def _fitting(scene: Scene, name: str) -> list[int]:
    """Objects whose description is the name."""
    attributes = [part.split("=") for part in name.split(",")]
    return [k for k, o in enumerate(scene["objects"]) if all(str(o.get(n)) == value for n, value in attributes)]


def _caption(scene: Scene, pair: Mapping[str, Any], roles: Sequence[int]) -> Caption:
    objects = [scene["objects"][k] for k in roles]
    swap, relation = pair["swap"], pair["relation"]
    if swap == "arguments" and relation == "surrounding":
        around, middle = ({n: o[n] for n in ("category",)} for o in objects)
        text = f"{some(describe(around))} around {some(describe(middle), 1)}"
        return sentence(text), [f"{_key(around)} | surrounding | {_key(middle)}"]
    if swap == "arguments":
        same = objects[0]["category"] == objects[1]["category"]
        one, two = (
            {n: o[n] for n in (("color", "category") if same or relation == "on" else ("category",))} for o in objects
        )
        return sentence(f"{a(describe(one))} {SIDE[relation]} {a(describe(two))}"), [
            f"{_key(one)} | {relation} | {_key(two)}"
        ]
    if swap == "attributes":
        one, two = ({n: o[n] for n in ("color", "category")} for o in objects)
        return sentence(f"{a(describe(one))} and {a(describe(two))}"), [f"1 x {_key(one)}", f"1 x {_key(two)}"]
    if swap == "relation":
        return _two_places(scene, objects)
    if swap == "counts":
        one, two = ({"category": o["category"]} for o in objects)
        parts, facts = [], []
        for known in (one, two):
            count = len(_fitting(scene, _key(known)))
            parts.append(f"{NUMBER[count]} {plural(describe(known))}")
            facts.append(f"{count} x {_key(known)}")
        return sentence(" and ".join(parts)), facts
    known = {
        n: objects[0][n]
        for n in ("size", "color", "material", "category", "state")
        if objects[0].get(n) not in (None, NOTHING)
    }
    shown = {n: w for n, w in known.items() if n in ("color", "category", relation)}
    return sentence(a(describe(shown))), [f"1 x {_key(shown)}"]


def some(name: str, count: int = 2) -> str:
    """`some mugs`, `a mug`: in Winoground's way, one form of the word for the other."""
    return f"some {plural(name)}" if count > 1 else a(name)


def _two_places(scene: Scene, objects: Sequence[Mapping[str, Any]]) -> Caption:
    """Left of one thing and in front of another: which is which is what the scenes differ in."""
    first, *others = ({"category": o["category"]} for o in objects)
    columns = Scenes([scene])
    left = next(
        (
            o
            for o in others
            if _sure(columns, scene, first, "left_of", o) and not _sure(columns, scene, first, "in_front_of", o)
        ),
        None,
    )
    left = left or next((o for o in others if _sure(columns, scene, first, "left_of", o)), others[0])
    front = next(o for o in others if o is not left)
    text = f"{a(describe(first))} to the left of {a(describe(left))} and in front of {a(describe(front))}"
    return sentence(text), [f"{_key(first)} | left_of | {_key(left)}", f"{_key(first)} | in_front_of | {_key(front)}"]


def _sure(columns: Scenes, scene: Scene, one: Mapping[str, str], predicate: str, two: Mapping[str, str]) -> bool:
    sure = columns.relation(predicate)[0][0]
    return any(sure[k, o] for k in _fitting(scene, _key(one)) for o in _fitting(scene, _key(two)))


def _key(known: Mapping[str, str]) -> str:
    return ",".join(f"{n}={w}" for n, w in known.items())
