"""What a caption claims, read from its words alone, and whether a scene bears it out.

    claims_of("A red mug is to the left of a cube.", LEXICON)   -> mug, mug(color=red), cube, mug left_of cube

The captions that this room writes are read back by the same words (`words.py`); any other sentence in these words is
read too. What is not understood claims nothing. A claim is true, false, or undecided where the scene graph's margins
leave it open (an object of which little can be seen, two things at nearly the same depth).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from seedbed.language.lexicon import NOTHING, akin
from seedbed.language.scenes import Scene, Scenes
from seedbed.language.words import ADJECTIVES, GROUND, SIDE, SINGULAR, adjective, noun, plural

Known = tuple[tuple[str, str], ...]  # (attribute, word) pairs, sorted; the category among them


@dataclass(frozen=True)
class Claim:
    """Something that `one` describes is there; with `relation` it stands so to something that `two` describes; with
    `attribute` alone, one attribute of it; `ground` names what everything stands on.
    """

    one: Known = ()
    relation: str = ""
    two: Known = ()
    ground: str = ""

    def __str__(self) -> str:
        if self.ground:
            return f"background={self.ground}"
        return f"{_said(self.one)} {self.relation} {_said(self.two)}" if self.relation else _said(self.one)


def _said(known: Known) -> str:
    attributes = [f"{name}={word}" for name, word in known if name != "category"]
    return dict(known).get("category", "thing") + (f"({','.join(attributes)})" if attributes else "")


Lexicon = Mapping[str, Sequence[str]]  # attribute -> its words, as scene graphs have them


def lexicon_of(scenes: Sequence[Scene]) -> dict[str, list[str]]:
    """The words of attributes and grounds that occur in these scenes."""
    names = ("category", *ADJECTIVES)
    found: dict[str, set[str]] = {name: set() for name in (*names, "background")}
    for scene in scenes:
        found["background"].add(scene.get("background") or "plain")
        for thing in scene["objects"]:
            for name in names:
                if thing.get(name) not in (None, NOTHING):
                    found[name].add(str(thing[name]))
    return {name: sorted(words) for name, words in found.items()}


def claims_of(text: str, lexicon: Lexicon) -> list[Claim]:
    """The claims of a caption, each once: a thing with one attribute at a time, relations, the ground."""
    reader = _reader(tuple((name, tuple(words)) for name, words in sorted(lexicon.items())))
    made: dict[Claim, None] = {}
    met: dict[str, Known] = {}  # category -> how it was described first: "the mug" is that one
    for sentence in re.split(r"[.\n;]", text.lower()):
        things, tokens = reader.things(sentence)
        things = [met.get(dict(t)["category"], t) if len(t) == 1 else t for t in things]
        for known in things:
            met.setdefault(dict(known)["category"], known)
            category = ("category", dict(known)["category"])
            made.setdefault(Claim((category,)))
            for pair in known:
                if pair != category:
                    made.setdefault(Claim(tuple(sorted((category, pair)))))
        for claim in (*_relation(things, tokens), *_ground(tokens)):
            made.setdefault(claim)
    return list(made)


def _relation(things: Sequence[Known], tokens: Sequence[str]) -> list[Claim]:
    """Of a sentence with two things and one relation word between them, or before both ("Behind the mug is a cube")."""
    places = [k for k, token in enumerate(tokens) if token == "THING"]
    said = [(k, token) for k, token in enumerate(tokens) if token in SIDE]
    if len(things) != 2 or len(said) != 1:
        return []
    at, name = said[0]
    one, two = _apart(*things)
    if places[0] < at < places[1]:
        return [Claim(one, name, two)]
    return [Claim(two, name, one)] if at < places[0] else []


def _apart(one: Known, two: Known) -> tuple[Known, Known]:
    """Things of different categories are known by these: what else is said of them is a claim of its own."""
    first, second = (("category", dict(known)["category"]) for known in (one, two))
    return ((first,), (second,)) if first != second else (one, two)


def _ground(tokens: Sequence[str]) -> list[Claim]:
    return [Claim(ground=token.removeprefix("GROUND:")) for token in tokens if token.startswith("GROUND:")]


@lru_cache(maxsize=16)
def _reader(words: tuple[tuple[str, tuple[str, ...]], ...]) -> _Reader:
    return _Reader(dict(words))


class _Reader:
    """Finds things, relations and grounds in a sentence, the longest names first."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.nouns: dict[str, str] = {}
        for category in lexicon.get("category", ()):
            one = SINGULAR.get(category, noun(category))
            self.nouns |= {one: category, plural(one): category}
        self.adjectives = {adjective(w): (name, w) for name in ADJECTIVES for w in lexicon.get(name, ())}
        self.grounds = {GROUND.get(w, f"{noun(w)} background"): w for w in lexicon.get("background", ())}
        self.sides = {phrase: name for name, phrase in SIDE.items() if name not in ("between", "attached")}
        adjectives = _either(self.adjectives) or r"(?!)"
        named = _either(self.nouns) or r"(?!)"
        self.thing = re.compile(rf"(?P<grounds>\b(?:{_either(self.grounds) or '(?!)'})\b)|"
                                rf"\b(?P<words>(?:(?:{adjectives})\s+)*)(?P<noun>{named})\b|"
                                rf"\b(?P<side>{_either(self.sides)})\b")  # fmt: skip
        self.adjective = re.compile(adjectives)

    def things(self, sentence: str) -> tuple[list[Known], list[str]]:
        """The things described, and the order of THING, relation names and GROUND:name."""
        things: list[Known] = []
        tokens: list[str] = []
        for found in self.thing.finditer(sentence):
            if found["grounds"]:
                if tokens and tokens[-1] == "on":  # `on a cloth` is where it stands, no relation
                    tokens.pop()
                tokens.append(f"GROUND:{self.grounds[found['grounds']]}")
            elif found["side"]:
                tokens.append(self.sides[found["side"]])
            else:
                known = [self.adjectives[w] for w in self.adjective.findall(found["words"])]
                things.append(tuple(sorted({**dict(known), "category": self.nouns[found["noun"]]}.items())))
                tokens.append("THING")
        return things, tokens


def _either(words: Mapping[str, Any]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w)))


def proved(claims: Sequence[Claim], scene: Scene) -> list[bool | None]:
    """For each claim whether the scene bears it out; None where its margins leave it open."""
    columns = Scenes([scene])
    return [_proved(claim, scene, columns) for claim in claims]


def _proved(claim: Claim, scene: Scene, columns: Scenes) -> bool | None:
    if claim.ground:
        return bool((scene.get("background") or "plain") == claim.ground)
    ones = _fitting(scene, claim.one)
    if not claim.relation:
        return True if ones else (None if _nearly(scene, claim.one) else False)
    twos = _fitting(scene, claim.two)
    sure, maybe = (table[0] for table in columns.relation(claim.relation))
    pairs = [(k, o) for k in ones for o in twos if k != o]
    if any(sure[k, o] for k, o in pairs):
        return True
    return None if any(maybe[k, o] for k, o in pairs) else False


def _fitting(scene: Scene, known: Known) -> list[int]:
    return [k for k, thing in enumerate(scene["objects"]) if all(str(thing.get(n)) == w for n, w in known)]


def _nearly(scene: Scene, known: Known) -> bool:
    """Whether an object fits when a kind stands for what is a kind of it: a pot for a teapot."""
    return any(
        all(str(thing.get(n)) == w or (n == "category" and akin(str(thing.get(n)), w)) for n, w in known)
        for thing in scene["objects"]
    )
