"""Read a dense caption without its scene: are its sentences in the grammar, and does it agree with itself?

reader = DenseReader.of(facts_of_captions)          # the words come from facts such as `0.color=red`
reader.read("There are two objects here, ...")      # Reading(sentences=3, formed=3, said=2, named=2, ...)

For texts that a language model wrote: `formed` says whether it learned the form; `said` against `named` whether it
counts; `resolved` whether what it refers to was named before. All three hold for every caption of `language.captions`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from seedbed.language.captions import NUMBER
from seedbed.language.words import GROUND, SIDE, SINGULAR, a, adjective, noun, plural

ATTRIBUTES = ("size", "state", "color", "material")
FACT = re.compile(r"\d+\.(\w+)=(\w+)")
COUNTS = {word: number for number, word in enumerate(NUMBER)}
MOST = 100  # things that one sentence can name
ONE = ("the picture shows {x}", "there is {x} in this picture", "{x} stands alone")
MANY = (
    "the picture shows {n} objects, among them {x}", "there are {n} objects here, one of them {x}",
    "{n} objects can be seen; one is {x}",
)  # fmt: skip
PLACED = ("{x} (?:stands|is) {r} the {y}", "{r} the {y} (?:stands|is) {x}")
MORE = (
    "there is also {x}", "the picture holds {x} as well", "{x} can be seen as well", "further there is {x}",
    "in addition there is {x}",
)  # fmt: skip
SEVERAL = (
    "there are also {n} {xs}", "the picture holds {n} {xs} as well", "{n} {xs} can be seen as well",
    "further there are {n} {xs}", "in addition there are {n} {xs}",
)  # fmt: skip
GROUNDS = (
    "everything stands on {g}", "they rest on {g}", "the ground beneath them is {g}", "it stands on {g}",
    "beneath it is {g}", "an empty picture of {g}",
)  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """sentences, and how many are in the grammar; things said (None: no count) and named; references to things, and
    how many of them were named before.
    """

    sentences: int
    formed: int
    said: int | None
    named: int
    references: int
    resolved: int

    @property
    def well_formed(self) -> bool:
        """Every sentence is in the grammar."""
        return self.sentences > 0 and self.formed == self.sentences

    @property
    def consistent(self) -> bool:
        """Well formed, the number said is that of the things named, and every reference was named before."""
        return self.well_formed and self.said == self.named and self.resolved == self.references


class DenseReader:
    """`words`: the levels of category, color, material, size and state that captions may use."""

    def __init__(self, words: Mapping[str, Collection[str]]) -> None:
        kinds = sorted(words.get("category", ()))
        self.nouns = {SINGULAR.get(kind, noun(kind)): kind for kind in kinds}
        self.nouns |= {plural(one): kind for one, kind in self.nouns.items()}
        said = {name: [adjective(level) for level in sorted(words.get(name, ()))] for name in ATTRIBUTES}
        parts = "".join(f"(?:(?:{_any(levels)}) )?" for levels in said.values() if levels)
        thing = f"{parts}(?:{_any(self.nouns)})"
        self.thing = re.compile("".join(f"(?:({_any(v)}) )?" if v else "()" for v in said.values()) + "(.+)")
        holes = {
            "x": f"(?P<x>an? {thing})", "xs": f"(?P<xs>{thing})", "y": f"(?P<y>{thing})",
            "n": f"(?P<n>{_any(NUMBER)}|[0-9]+)", "r": f"(?:{_any(SIDE.values())})",
            "g": f"(?:{_any(a(ground) for ground in GROUND.values())})",
        }  # fmt: skip
        self.forms = {
            name: [re.compile(form.format(**holes)) for form in forms]
            for name, forms in (
                ("one", ONE), ("many", MANY), ("placed", PLACED), ("more", MORE), ("several", SEVERAL),
                ("ground", GROUNDS),
            )
        }  # fmt: skip

    @classmethod
    def of(cls, facts: Iterable[Sequence[str]]) -> DenseReader:
        """A reader that knows the words of captions with these facts."""
        words: dict[str, set[str]] = {}
        for found in (FACT.fullmatch(fact) for some in facts for fact in some):
            if found:
                words.setdefault(found[1], set()).add(found[2])
        return cls(words)

    def read(self, text: str) -> Reading:
        """What the caption says, sentence by sentence."""
        lines = [line for line in re.split(r"(?<=\.)\s+", text.strip()) if line]
        formed, said = 0, None
        things: list[tuple[str, ...]] = []
        references = resolved = 0
        for place, line in enumerate(lines):
            kind, found = self._form(line)
            if found is None or (kind in ("one", "many")) != (place == 0 and kind != "ground"):
                continue
            formed += 1
            parts = found.groupdict()
            number = _number(parts.get("n") or "one")
            if kind in ("one", "many"):
                said = number
            if parts.get("y"):
                references += 1
                resolved += any(_fits(self._parsed(parts["y"]), thing) for thing in things)
            if parts.get("x"):
                things.append(self._parsed(parts["x"].split(" ", 1)[1]))
            if parts.get("xs"):
                things += [self._parsed(parts["xs"])] * min(number, MOST)
        if lines and said is None and formed:
            said = 0 if lines[0].startswith("An empty") else None
        return Reading(len(lines), formed, said, len(things), references, resolved)

    def _form(self, line: str) -> tuple[str, re.Match[str] | None]:
        """The kind of a sentence and its match; its letter must be a capital, its articles right."""
        if not line.endswith(".") or line[:1].islower():
            return "", None
        text = line[:1].lower() + line[1:-1]
        for kind, forms in self.forms.items():
            for form in forms:
                found = form.fullmatch(text)
                if found and ("x" not in found.groupdict() or a(found["x"].split(" ", 1)[1]) == found["x"]):
                    return kind, found
        return "", None

    def _parsed(self, words: str) -> tuple[str, ...]:
        """(size, state, color, material, category), empty where nothing is said."""
        found = self.thing.fullmatch(words)
        assert found is not None
        *attributes, name = (part or "" for part in found.groups())
        return (*attributes, self.nouns[name])


def _number(word: str) -> int:
    return COUNTS[word] if word in COUNTS else int(word)


def _fits(said: tuple[str, ...], thing: tuple[str, ...]) -> bool:
    return all(word in ("", own) for word, own in zip(said, thing))


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
