"""Scenes to text: a caption and questions for each, and captions in the styles asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from seedbed.language import words
from seedbed.language.calibration import Calibration, without_pilot
from seedbed.language.families import Family, built_in
from seedbed.language.lexicon import ATTRIBUTES, NOTHING
from seedbed.language.questions import Question, ask
from seedbed.language.scenes import Scene, Scenes, check


def annotate(
    scenes: Sequence[Scene],
    rngs: Sequence[np.random.Generator],
    *,
    questions: int = 4,
    families: Sequence[Family] | None = None,
    vocabulary: Mapping[str, Sequence[str]] | None = None,
    calibration: Calibration | None = None,
    numbers: Sequence[int] | None = None,
    ids: Sequence[str] | None = None,
) -> tuple[list[str], list[list[Question]]]:
    """A caption and up to `questions` questions for each scene (fewer where the scene allows fewer).

    With a `calibration` (see `calibrate`) answers are even over a dataset; `numbers` are then the rows' indices.
    Without one each scene is asked about alone: `vocabulary` lists the words that each attribute can take in its world
    (wrong options and things that are not there come from it), by default the scene's own words. `ids` name the rows in
    errors. Raises UsageError for a scene graph that names objects it does not have.
    """
    for k, scene in enumerate(scenes):
        check(scene, ids[k] if ids else f"scene {k}")
    said = [words.caption(scene) for scene in scenes]
    if not questions or not scenes:
        return said, [[] for _ in scenes]
    keys = np.array([rng.integers(0, 1 << 63, dtype=np.uint64) for rng in rngs], np.uint64)
    if calibration is not None:
        asked = ask(
            Scenes(scenes, ids),
            keys,
            np.array(numbers if numbers is not None else range(len(scenes))),
            questions,
            calibration,
        )
        return said, asked
    chosen = tuple(families) if families is not None else built_in()
    asked = []
    for k, scene in enumerate(scenes):
        known = without_pilot(chosen, vocabulary or words_of(scene))
        asked += ask(
            Scenes([scene], ids[k : k + 1] if ids else None),
            keys[k : k + 1],
            (keys[k : k + 1] % 4096).astype(int),
            questions,
            known,
        )
    return said, asked


def words_of(scene: Scene) -> dict[str, tuple[str, ...]]:
    """The words that each attribute takes in a scene."""
    return {
        name: tuple(sorted({str(o[name]) for o in scene["objects"] if o.get(name)} - {NOTHING})) for name in ATTRIBUTES
    }
