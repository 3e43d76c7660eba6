"""Questions and captions of generated rows: what was asked for, as part of the program; the world's calibration.

The calibration is a function of the program alone, so it is kept in a cache (`$SEEDBED_CACHE`, else
`~/.cache/seedbed`) that may be deleted at any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedbed.errors import UsageError
from seedbed.lineage import canonical, digest, row_rng, source_digest

if TYPE_CHECKING:
    import pyarrow as pa

    from seedbed.language.calibration import Calibration
    from seedbed.language.families import Family
    from seedbed.worlds.base import World

EACH = 4  # questions a row
DEFAULT = "default"
PILOT_SEED = 0x5EEDBED
RENDERED = 64  # pilot scenes of a world that cannot sketch
Wanted = int | str | Path | Mapping[str, Any]


def wanted_questions(questions: Wanted, each: int | None = None) -> dict[str, Any] | int:
    """What a program records of the questions: 0 for none, else families and how many a row.

    `questions`: a number a row, `default`, the path of a YAML file (its text becomes part of the program), or what
    this function made.
    """
    if isinstance(questions, Mapping):
        return dict(questions)
    if not questions or each == 0:
        return 0
    if isinstance(questions, bool) or (isinstance(questions, int) and questions < 0) or (each is not None and each < 0):
        raise UsageError(f"questions is {questions}", where="questions", hint="give a number, default, or a YAML file")
    if isinstance(questions, int):
        return {"families": f"{DEFAULT}@{built_in_digest()}", "each": questions}
    if str(questions) == DEFAULT:
        return {"families": f"{DEFAULT}@{built_in_digest()}", "each": each or EACH}
    from seedbed.language import load_families

    load_families(questions)
    return {"families": Path(questions).read_text(encoding="utf-8"), "each": each or EACH}


def wanted_captions(captions: str | Sequence[str]) -> list[str]:
    """The caption styles, checked."""
    from seedbed.language.captions import STYLES, style_of

    names = [n.strip() for n in captions.split(",")] if isinstance(captions, str) else [str(n) for n in captions]
    names = [name for name in names if name]
    for name in names:
        style_of(name)
    if len(set(names)) < len(names):
        raise UsageError(f"captions are {names}", where="captions", hint=f"each once, of {', '.join(STYLES)}")
    return names


@lru_cache(maxsize=1)
def built_in_digest() -> str:
    """Eight hex digits of the families that come with the package."""
    from seedbed.language.families import built_in

    return digest([family.model_dump(mode="json") for family in built_in()])[:8]


def families_of(wanted: Mapping[str, Any]) -> Sequence[Family]:
    """The families of a program. UsageError when the built-in ones are not those that made the rows."""
    from seedbed.language.families import built_in, read_families

    name = str(wanted["families"])
    if not name.startswith(f"{DEFAULT}@"):
        return read_families(name, "families")
    if name != f"{DEFAULT}@{built_in_digest()}":
        raise UsageError(
            f"the built-in question families are {built_in_digest()}, the rows were made by {name.partition('@')[2]}",
            where="questions",
            hint="install the version of Seedbed that made them (see lineage.json)",
        )
    return built_in()


def question_options(world: type, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options, and those that make scenes worth asking about where the user gave no others."""
    return {**getattr(world, "for_questions", {}), **options}


def annotated(
    program: Mapping[str, Any], world: World, made: pa.Table, seed: int, indices: Sequence[int], ids: Sequence[str]
) -> dict[str, Any]:
    """The language columns of a chunk: caption, captions, questions; null where a row could not be made."""
    from seedbed.language import annotate
    from seedbed.language.captions import captions_of

    scenes = made["scene"].to_pylist()
    there = [k for k, scene in enumerate(scenes) if scene is not None]
    rngs = [row_rng(world.name, world.version, seed, indices[k], "language") for k in there]
    wanted = program["questions"]
    known = calibration(canonical(program)) if wanted else None
    said, asked = annotate(
        [scenes[k] for k in there], rngs, questions=wanted["each"] if wanted else 0, calibration=known,
        numbers=[indices[k] for k in there], ids=[ids[k] for k in there],
    )  # fmt: skip
    columns: dict[str, Any] = {"caption": _spread(there, said, len(scenes))}
    if "scene_1" in made.column_names:
        columns.update(_pairs(made, there, ids))
    if program.get("captions"):
        rngs = [row_rng(world.name, world.version, seed, indices[k], "captions") for k in there]
        columns["captions"] = _spread(
            there, [captions_of(scenes[k], rng, program["captions"]) for k, rng in zip(there, rngs)], len(scenes)
        )
    if wanted:
        columns["questions"] = _spread(there, asked, len(scenes))
    return columns


def _pairs(made: pa.Table, there: Sequence[int], ids: Sequence[str]) -> dict[str, Any]:
    """The captions of minimal pairs; null where they could not be proved, with the reason in `error`."""
    from seedbed.language.pairs import NotProved, pair_captions

    first, second, pairs = (made[name].to_pylist() for name in ("scene", "scene_1", "pair"))
    columns: dict[str, list[Any]] = {name: [None] * len(first) for name in ("caption_0", "caption_1", "error")}
    for k in there:
        try:
            columns["caption_0"][k], columns["caption_1"][k] = pair_captions(first[k], second[k], pairs[k], ids[k])
        except NotProved as reason:
            columns["error"][k] = reason.line
    return columns


def _spread(there: Sequence[int], values: Sequence[Any], count: int) -> list[Any]:
    made: list[Any] = [None] * count
    for k, value in zip(there, values):
        made[k] = value
    return made


@lru_cache(maxsize=4)
def calibration(program_text: str) -> Calibration:
    """The calibration of a program's families in its world: from the cache, or made and kept there."""
    from seedbed.language.calibration import Calibration

    program = json.loads(program_text)
    families = families_of(program["questions"])
    key = digest(
        [program["world"], program["options"], program["design"], program["questions"]["families"], source_digest()]
    )
    home = os.environ.get("SEEDBED_CACHE")
    path = (Path(home) if home else Path.home() / ".cache" / "seedbed") / "calibrations" / f"{key[:24]}.json"
    try:
        return Calibration.from_dict(json.loads(path.read_text(encoding="utf-8")), families)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    made = _calibrated(program, families)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_text(json.dumps(made.to_dict()), encoding="utf-8")
        partial.replace(path)
    except OSError:
        pass  # a cache that cannot be written costs time only
    # what was read back is what every later process uses: the same values, whoever made them
    return Calibration.from_dict(json.loads(json.dumps(made.to_dict())), families)


def _calibrated(program: Mapping[str, Any], families: Sequence[Family]) -> Calibration:
    from seedbed.language.calibration import MORE_SCENES, SCENES, calibrate
    from seedbed.run.generate import build_world

    world = build_world(program["world"], program["options"])
    levels = {f.name: [str(v) for v in f.levels] for f in world.factors}
    design = program["design"]
    made = calibrate(
        pilot(world, design, SCENES), families, levels, lambda: pilot(world, design, MORE_SCENES, first=SCENES)
    )
    if not made.cells:
        name, why = next(iter(made.never.items()))
        raise UsageError(f"none of the families can be asked ({name}: {why})", where=f"world {program['world']}")
    return made


def pilot(world: Any, design: Mapping[str, Any], count: int, first: int = 0) -> list[Mapping[str, Any]]:
    """Scene graphs of planned rows that belong to no dataset: sketched, or rendered where a world cannot sketch."""
    from seedbed.design import Design

    sketch = getattr(world, "sketch", None)
    count = count if sketch else min(count, RENDERED) if not first else 0
    rows = Design(world.factors, design, seed=PILOT_SEED)
    plans = []
    for index in range(first, first + count):
        try:
            plans.append(world.plan(rows[index], row_rng(world.name, world.version, PILOT_SEED, index, "pilot")))
        except Exception:  # a broken object of a user: its rows say so when they are made
            continue
    if sketch:
        found: list[Mapping[str, Any]] = sketch(plans)
        return found
    graphs: list[Mapping[str, Any]] = world.render(plans)["scene"].to_pylist()
    return graphs


def summary_of(certificate: Mapping[str, Any]) -> str:
    """The certificate of questions in one line."""
    from seedbed.language import summary

    return summary(certificate)
