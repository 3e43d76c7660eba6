"""Scenes to captions and questions whose truth is proved by executing their programs.

Row i's text depends on scene i and its own generator alone. The wanted answer is drawn first, then a
question that has it, so that answers stay even; a referring expression is used only when it is unique; a
question is rejected when a word that should matter does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.language import words
from seedbed.language.families import Family, built_in
from seedbed.language.programs import ATTRIBUTES, PREDICATES, NotUnique, answer, parse

Scene = Mapping[str, Any]
Vocabulary = Mapping[str, Sequence[str]]
NOTHING = "none"  # an attribute that an object does not have
TRIES = 60  # holes drawn for one question before the family is given up for this scene
CHOICES = 4
SHARE_VISIBLE = 0.004  # of the picture's pixels: 16 pixels at 64 x 64
LEAST_VISIBILITY = 0.25
_HOLE = re.compile(r"<(\w+)(?::(plural|a))?>")


def annotate(
    scenes: Sequence[Scene],
    rngs: Sequence[np.random.Generator],
    *,
    questions: int = 4,
    families: Sequence[Family] | None = None,
    vocabulary: Vocabulary | None = None,
) -> tuple[list[str], list[list[dict[str, Any]]]]:
    """A caption and up to `questions` questions for each scene (fewer where the scene allows fewer).

    `vocabulary` lists the words that each attribute can take in these scenes' world: wrong options and
    things that are not there come from it. Without it, each scene's own words.
    """
    chosen = list(families if families is not None else built_in())
    captions = [words.caption(scene) for scene in scenes]
    asked = [ask(scene, rng, questions, chosen, vocabulary or words_of(scene)) for scene, rng in zip(scenes, rngs)]
    return captions, asked


def words_of(scene: Scene) -> Vocabulary:
    """The words that each attribute takes in a scene."""
    objects = scene["objects"]
    return {name: tuple(sorted({o[name] for o in objects if o.get(name)} - {NOTHING})) for name in ATTRIBUTES}


def ask(
    scene: Scene, rng: np.random.Generator, count: int, families: Sequence[Family], vocabulary: Vocabulary
) -> list[dict[str, Any]]:
    """Up to `count` different questions about one scene, of different families first."""
    if not scene["objects"] or not clear(scene):
        return []
    made: list[dict[str, Any]] = []
    order = [families[int(k)] for k in rng.permutation(len(families))]
    for family in order:
        if len(made) == count:
            break
        question = one_question(scene, rng, family, vocabulary)
        if question is not None and question["question"] not in {q["question"] for q in made}:
            made.append(question)
    return made


def clear(scene: Scene) -> bool:
    """Whether every object can be seen well enough to be asked about."""
    camera = scene.get("camera") or {}
    least = SHARE_VISIBLE * (camera.get("width") or 0) * (camera.get("height") or 0)
    return all(o["visible_pixels"] >= least and o["visibility"] >= LEAST_VISIBILITY for o in scene["objects"])


def one_question(
    scene: Scene, rng: np.random.Generator, family: Family, vocabulary: Vocabulary
) -> dict[str, Any] | None:
    """A question of the family, or None when the scene has none within `TRIES` draws.

    Of the answers found in the draws one is chosen evenly, so that rare answers (zero, no) are not rare.
    """
    found: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for _ in range(TRIES):
        holes = {name: _draw(scene, kind, rng, vocabulary) for name, kind in family.holes.items()}
        text = _attempt(scene, family, holes, vocabulary)
        if text is not None:
            found.setdefault(text, []).append((holes, text))
    if not found:
        return None
    answers = sorted(found)
    picked = found[answers[int(rng.integers(len(answers)))]]
    holes, text = picked[int(rng.integers(len(picked)))]
    choices = _choices(text, rng, vocabulary) if family.form == "choice" else []
    if family.form == "choice" and not choices:
        return None
    variant = family.text[int(rng.integers(len(family.text)))]
    return {
        "family": family.name,
        "question": _say(variant, holes),
        "answer": text,
        "choices": choices,
        "program": _program(family, holes),
    }


def _draw(scene: Scene, kind: Any, rng: np.random.Generator, vocabulary: Vocabulary) -> Any:
    """A hole's value: a description taken from an object (sometimes with one level changed), or a word."""
    if kind == "relation":
        return PREDICATES[int(rng.integers(len(PREDICATES)))]
    objects = scene["objects"]
    thing = objects[int(rng.integers(len(objects)))]
    if isinstance(kind, str):
        return thing[kind]
    names = kind[int(rng.integers(len(kind)))]
    made = {name: thing[name] for name in names}
    if rng.random() < 0.45:  # something else: counts of zero, answers of no
        name = names[int(rng.integers(len(names)))]
        levels = vocabulary[name] or (thing[name],)
        made[name] = levels[int(rng.integers(len(levels)))]
    return made


def _attempt(scene: Scene, family: Family, holes: Mapping[str, Any], vocabulary: Vocabulary) -> str | None:
    """The answer, or None when the question is not fair in this scene."""
    values = [str(value) for value in holes.values()]
    if len(set(values)) < len(values):
        return None  # the same thing compared with itself
    if any(NOTHING in (value.values() if isinstance(value, dict) else [value]) for value in holes.values()):
        return None  # an attribute that these objects do not have
    try:
        for name in family.needs:
            parse(f"query_size(unique({_objects(holes[name])}))")
            answer(parse(f"query_size(unique({_objects(holes[name])}))"), scene)
        text = answer(parse(_program(family, holes)), scene)
    except NotUnique:
        return None
    return None if text == NOTHING or _idle_word(scene, family, holes, text, vocabulary) else text


def _idle_word(scene: Scene, family: Family, holes: Mapping[str, Any], text: str, vocabulary: Vocabulary) -> bool:
    """Whether a word that should matter changes nothing: any other word gives the same answer."""
    for name in family.drop:
        options = PREDICATES if family.holes[name] == "relation" else vocabulary[str(family.holes[name])]
        others = [{**holes, name: option} for option in options if option != holes[name]]
        if all(answer(parse(_program(family, other)), scene) == text for other in others):
            return True
    return False


def _objects(description: Mapping[str, str]) -> str:
    text = "scene()"
    for name in ATTRIBUTES:
        if name in description:
            text = f"filter_{name}({text}, {description[name]!r})"
    return text


def _program(family: Family, holes: Mapping[str, Any]) -> str:
    def fill(match: re.Match[str]) -> str:
        value = holes[match.group(1)]
        return value if isinstance(value, str) else _objects(value)

    return _HOLE.sub(fill, family.program)


def _say(variant: str, holes: Mapping[str, Any]) -> str:
    def fill(match: re.Match[str]) -> str:
        value, form = holes[match.group(1)], match.group(2)
        if isinstance(value, str):
            return words.SIDE.get(value, words.noun(value))
        text = words.describe(value)
        return words.plural(text) if form == "plural" else words.a(text) if form == "a" else text

    return _HOLE.sub(fill, variant)


def _choices(right: str, rng: np.random.Generator, vocabulary: Vocabulary) -> list[str]:
    """Four different options in random order, exactly one of them right."""
    if right.isdigit():
        near = [str(n) for n in range(max(0, int(right) - 3), int(right) + 4) if n != int(right)]
    else:
        kind = next((levels for levels in vocabulary.values() if right in levels), ())
        if len(kind) < CHOICES:
            return []  # no wrong options are known for it
        near = [level for level in kind if level != right]
    wrong = [near[int(k)] for k in rng.permutation(len(near))[: CHOICES - 1]]
    options = [*wrong, right]
    return [options[int(k)] for k in rng.permutation(len(options))]
