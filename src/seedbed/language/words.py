"""Plain English for objects: articles, plurals, descriptions, captions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ORDER = ("size", "color", "material", "category")  # the order of adjectives before the noun
SIDE = {
    "left_of": "to the left of",
    "right_of": "to the right of",
    "in_front_of": "in front of",
    "behind": "behind",
    "on": "on",
    "inside": "inside",
    "under": "under",
    "next_to": "next to",
    "facing": "facing",
}
# the relation that a caption prefers
NEAREST = ("on", "inside", "under", "next_to", "left_of", "right_of", "in_front_of", "behind")
GROUND = {
    "plain": "plain table",
    "planks": "plank floor",
    "cloth": "cloth",
    "tiles": "tiled floor",
    "marble": "marble top",
    "checked": "checked floor",
    "carpet": "carpet",
    "grass": "lawn",
    "sand": "sandy ground",
    "soil": "bare soil",
    "concrete": "concrete floor",
}
_ES = ("s", "x", "z", "ch", "sh")


def noun(category: str) -> str:
    """`step_stool` -> `step stool`."""
    return category.replace("_", " ")


def plural(words: str) -> str:
    """The plural of a noun phrase whose last word is the noun."""
    if words.endswith(_ES):
        return words + "es"
    if words.endswith("y") and words[-2:-1] not in "aeiou":
        return words[:-1] + "ies"
    return words + "s"


def a(words: str) -> str:
    """With the indefinite article."""
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"


def describe(attributes: Mapping[str, str]) -> str:
    """`{color: red, size: small}` -> `small red thing`; a category is the noun."""
    words = [noun(attributes[name]) for name in ORDER[:-1] if attributes.get(name, "none") != "none"]
    return " ".join([*words, noun(attributes.get("category", "thing"))])


def caption(scene: Mapping[str, Any]) -> str:
    """One sentence about the scene's subject, what it stands on, and what stands beside it."""
    objects = scene["objects"]
    if not objects:
        return f"an empty {_table(scene)}"
    text = a(_full(objects[0]))
    how, carrier = _carrier(scene)
    if carrier is not None:
        text += f" {SIDE[how]} {a(_full(objects[carrier]))}"
    others = [_beside(scene, k) for k in range(1, len(objects)) if k != carrier]
    if others:
        text += ", with " + _listed(others)
    return text if carrier is not None else f"{text} on a {_table(scene)}"


def _carrier(scene: Mapping[str, Any]) -> tuple[str, int | None]:
    """What the subject stands on or in, and which of the two; None for the ground."""
    for r in scene["relations"] or []:
        if r["subject"] == 0 and r["predicate"] in ("on", "inside"):
            return r["predicate"], r["object"]
    return "", None


def _full(thing: Mapping[str, Any]) -> str:
    return describe({name: thing[name] for name in ORDER if thing.get(name)})


def _table(scene: Mapping[str, Any]) -> str:
    kind = scene.get("background") or "plain"
    return GROUND.get(kind, f"{noun(kind)} background")


def _beside(scene: Mapping[str, Any], number: int) -> str:
    name = a(_full(scene["objects"][number]))
    relations = scene["relations"] or []
    found = [r["predicate"] for r in relations if r["subject"] == number and r["object"] == 0]
    where = next((SIDE[p] for p in NEAREST if p in found), None)
    return f"{name} {where} it" if where else f"{name} beside it"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
