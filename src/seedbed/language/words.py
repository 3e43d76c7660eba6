"""Plain English for objects: articles, plurals, descriptions, captions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ORDER = ("size", "color", "material", "category")  # the order of adjectives before the noun
ADJECTIVES = ("size", "state", "color", "material")
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
    "between": "between",
    "surrounding": "around",
    "attached": "hanging on",
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
SAID = {  # words that are said in another way before a noun
    "wood": "wooden",
    "on": "switched-on",
    "off": "switched-off",
}
GROUP = {  # a member of a group of the taxonomy
    "outdoors": "outdoor thing",
    "food": "food item",
    "furniture": "piece of furniture",
    "household": "household item",
    "animals": "animal",
    "office": "office item",
    "kitchen": "kitchen item",
    "solids": "geometric solid",
}
PLURALS = {
    "bookshelf": "bookshelves",
    "fish": "fish",
    "headphones": "pairs of headphones",
    "scissors": "pairs of scissors",
    "knife": "knives",
    "piece of furniture": "pieces of furniture",
    "mouse": "mice",
    "bread": "loaves of bread",
    "torus": "tori",
}
SINGULAR = {"headphones": "pair of headphones", "scissors": "pair of scissors", "bread": "loaf of bread"}
ORDINAL = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "6": "sixth"}
EVENT = {  # a kind of event: what it is called, and what somebody does
    "moves": "start moving",
    "stops": "come to rest",
    "collides": "hit something",
    "disappears": "disappear behind something",
    "appears": "come out from behind something",
    "leaves": "leave the picture",
    "enters": "enter the picture",
}
_AN = ("a", "e", "i", "o", "u")
_ES = ("s", "x", "z", "ch", "sh")


def noun(category: str) -> str:
    """`step_stool` -> `step stool`."""
    return category.replace("_", " ")


def plural(words: str) -> str:
    """The plural of a noun phrase whose last words are the noun."""
    for one in SINGULAR.values():
        if words.endswith(one):
            head, _, rest = one.partition(" of ")
            return words[: len(words) - len(one)] + f"{plural(head) if head != 'loaf' else 'loaves'} of {rest}"
    for one, several in PLURALS.items():
        if words == one or words.endswith(f" {one}"):
            return words[: len(words) - len(one)] + several
    if words.endswith(_ES):
        return words + "es"
    if words.endswith("y") and words[-2:-1] not in "aeiou":
        return words[:-1] + "ies"
    return words + "s"


def a(words: str) -> str:
    """With the indefinite article."""
    return f"{'an' if words.startswith(_AN) and not words.startswith(('uni', 'use', 'eu')) else 'a'} {words}"


def describe(attributes: Mapping[str, str]) -> str:
    """`{color: red, size: small}` -> `small red thing`; a category is the noun, a group stands for one."""
    words = [adjective(attributes[name]) for name in ADJECTIVES if attributes.get(name) not in (None, "none")]
    category, group = attributes.get("category"), attributes.get("group")
    name = (
        SINGULAR.get(category, noun(category))
        if category
        else GROUP.get(group, f"thing of the {noun(group)}")
        if group
        else "thing"
    )
    return " ".join([*words, name])


def adjective(word: str) -> str:
    """An attribute's word before a noun."""
    return SAID.get(word, noun(word))


def phrase_of(kind: str, word: str, form: str | None = None) -> str:
    """A hole's word in a sentence: a relation `to the left of`, a number `second`, an event `start moving`."""
    if kind == "relation":
        return SIDE.get(word, noun(word))
    if kind == "number":
        return ORDINAL.get(word, word)
    if kind == "event":
        return EVENT.get(word, noun(word))
    if kind == "category":
        text = SINGULAR.get(word, noun(word))
        return plural(text) if form == "plural" else a(text) if form == "a" else text
    text = (
        GROUP.get(word, noun(word))
        if kind == "group"
        else adjective(word)
        if kind in ("material", "state")
        else noun(word)
    )
    return plural(text) if form == "plural" else a(text) if form == "a" else text


def sentence(text: str) -> str:
    """With a capital letter and single spaces."""
    text = " ".join(text.split())
    return text[:1].upper() + text[1:]


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
    return " ".join(noun(thing[name]) for name in ORDER if thing.get(name) and thing[name] != "none")


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
