"""Probe a model over a world: plans are searched, and only the questions that are asked are rendered.

A slice is a question family and levels of the world's factors, all of them about the scene's subject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.dataset.files import explained, write_json
from seedbed.errors import UsageError, nearest
from seedbed.lineage import canonical, digest, row_id, row_rng
from seedbed.run.language import calibration, question_options, wanted_questions
from seedbed.run.progress import Progress

BY = ("family", "category")
OBJECTS = [3, 8]  # in a scene, where the user gives no others
SEEDS = 24  # scenes planned for one question before the slice counts as one that has none
FAMILIES = (
    "query_color_choice", "query_material_choice", "query_category_choice", "query_size", "count_choice", "more_choice",
    "exist_thing", "exist_related", "is_color", "quarter_of_picture", "side_of", "front_or_behind", "further_choice",
    "taller_choice", "relate_query_color", "nth_category",
)  # fmt: skip


class Prober:
    """Asks a model about slices of a world. `log` holds every question asked, with its row id and the answer given."""

    def __init__(
        self,
        world: str,
        options: Mapping[str, Any],
        by: Sequence[str],
        questions: Any,
        models: Sequence[Any],
        seed: int,
    ) -> None:
        from seedbed import registry
        from seedbed.run.generate import build_world, make_program, program_version

        wanted = wanted_questions(questions)
        assert isinstance(wanted, dict)
        given = question_options(registry.get("world", world, where="world"), options)
        if "objects" in given and "objects" not in options:
            given["objects"] = OBJECTS
        self.world = build_world(world, given)
        if not hasattr(self.world, "sketch"):
            raise UsageError(f"the world '{world}' cannot be probed: it has no sketch", where="probe")
        self.sketch: Callable[..., Any] = self.world.sketch
        self.program = make_program(world, given, {}, "", wanted)
        self.by = self._checked(by)
        self.known = calibration(canonical(self.program))
        self.version = program_version(self.program)
        self.seed, self.models = seed, list(models)
        self.log: list[dict[str, Any]] = []
        self._turns: dict[str, int] = {}

    def _checked(self, by: Sequence[str]) -> tuple[str, ...]:
        known = ("family", *(f.name for f in self.world.factors))
        for name in by:
            if name not in known:
                raise UsageError(f"no factor '{name}'", where="--by", hint=nearest(name, known))
        return tuple(dict.fromkeys(by))

    def space(self) -> Any:
        """The slices, without combinations of levels that the world does not have."""
        from seedbed.audit.probe import Space

        chosen = {f.name: f for f in self.world.factors}
        default = [name for name in FAMILIES if name in self.known.cells]
        families = default if len(default) >= 4 else list(self.known.cells)
        factors = {name: families if name == "family" else list(chosen[name].levels) for name in self.by}

        def allowed(levels: dict[str, Any]) -> bool:
            return all(
                levels[n] in chosen[n].possible(levels[chosen[n].given])
                for n in levels
                if n != "family" and chosen[n].given in levels
            )

        return Space(factors, allowed, self.seed)

    def ask(self, number: int) -> Callable[[Sequence[dict[str, Any]]], list[float]]:
        """Outcomes of the model `number`: 1 right, 0 wrong; 0.5 where a slice has no question to ask."""

        def run(slices: Sequence[dict[str, Any]]) -> list[float]:
            from seedbed.learn.models import Asked, right

            outcomes, made = [0.5] * len(slices), [self._question(levels) for levels in slices]
            there = [(k, found) for k, found in enumerate(made) if found is not None]
            asked = [
                Asked(q["image"], q["question"], tuple(q["options"]), q["answer"], q["program"], q["id"])
                for _, q in there
            ]
            for (k, found), q, text in zip(there, asked, self.models[number].answer(asked) if asked else []):
                outcomes[k] = float(right(q, text))
                facts = {name: found[name] for name in ("id", "question", "answer", "options", "program")}
                asker = {"slice": slices[k], "model": self.models[number].name}
                self.log.append({**asker, **facts, "given": text, "right": bool(outcomes[k])})
            return outcomes

        return run

    def _question(self, levels: Mapping[str, Any]) -> dict[str, Any] | None:
        """A rendered question of a slice, another one each time it is asked."""
        name = digest(dict(levels))[:16]
        family = levels.get("family")
        while self._turns.get(name, 0) < 4096:
            start = self._turns.get(name, 0)
            self._turns[name] = start + SEEDS
            for index in range(start, start + SEEDS):
                found = self._attempt(levels, name, family, index)
                if found is not None:
                    self._turns[name] = index + 1
                    return found
            return None
        return None

    def _attempt(self, levels: Mapping[str, Any], name: str, family: str | None, index: int) -> dict[str, Any] | None:
        from seedbed.language.questions import ask
        from seedbed.language.scenes import Scenes

        rng = row_rng(self.world.name, self.world.version, self.seed, index, f"probe/{name}")
        chosen = self._levels(levels, rng)
        try:
            plan = self.world.plan(chosen, rng)
        except UsageError:
            return None
        graph = self.sketch([plan])[0]
        key = np.array([rng.integers(0, 1 << 63, dtype=np.uint64)], np.uint64)
        known = self.known if family is None else self._only(family)
        found = ask(Scenes([graph]), key, np.array([index]), 4, known)[0]
        about = [q for q in found if all(f"'{v}'" in q["program"] for n, v in levels.items() if n == "category")]
        if not (about or (found and not any(n == "category" for n in levels))):
            about = found if index % SEEDS >= SEEDS // 2 else []
        for question in about or found[:0]:
            made = self._rendered(plan, question, name, index)
            if made is not None:
                return made
        return None

    def _rendered(self, plan: Any, question: dict[str, Any], name: str, index: int) -> dict[str, Any] | None:
        """The question with its picture, if the rendered scene still gives the answer."""
        from seedbed.language import Scenes, answers

        row = self.world.render([plan]).to_pylist()[0]
        told = answers([question["program"]], Scenes([row["scene"]]), [0])[0]
        if told != (question["value"] or question["answer"]):
            return None
        return {
            **question,
            "image": row["image"],
            "id": row_id(self.world.name, f"{self.version}.probe", self.seed, index) + f"/{name}",
        }

    def _levels(self, levels: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for factor in self.world.factors:
            possible = list(factor.possible(made[factor.given]) if factor.given in made else factor.levels)
            wanted = levels.get(factor.name)
            made[factor.name] = wanted if wanted in possible else possible[int(rng.integers(len(possible)))]
        return made

    def _only(self, family: str) -> Any:
        from seedbed.language.calibration import Calibration

        k = self.known
        return Calibration(k.families, k.pool, k.levels, k.group_of, {}, {family: k.cells[family]})


def probe_model(
    models: Sequence[str], *, world: str = "tabletop", budget: int = 400, by: Sequence[str] = BY, k: int = 10,
    threshold: float | None = None, questions: Any = "default", seed: int = 0, out: str | Path | None = None,
    progress: Progress | None = None, **options: Any,
) -> dict[str, Any]:  # fmt: skip
    """Probe one model, or compare two: a dictionary of `seedbed.audit.probe.Probe`, and what was asked.

    Writes `probe.json` and `questions.jsonl` into `out`. Raises UsageError for unknown models, factors, worlds.
    """
    from seedbed.audit.probe import compare, probe
    from seedbed.learn.models import load_model

    loaded = [load_model(name) for name in models]
    if not 1 <= len(loaded) <= 2:
        raise UsageError(f"{len(loaded)} models", where="probe", hint="name one, or two to compare")
    prober = Prober(world, options, by, questions, loaded, seed)
    space = prober.space()
    step = (progress or Progress("none")).step(f"probe {', '.join(models)}", budget, "questions")
    with step as shown:

        def counted(
            ask: Callable[[Sequence[dict[str, Any]]], list[float]],
        ) -> Callable[[Sequence[dict[str, Any]]], list[float]]:
            def run(slices: Sequence[dict[str, Any]]) -> list[float]:
                outcomes: list[float] = []
                for start in range(0, len(slices), 8):
                    part = slices[start : start + 8]
                    outcomes += ask(part)
                    for _ in part:
                        shown.tick()
                return outcomes

            return run

        if len(loaded) == 2:
            found = compare(counted(prober.ask(0)), counted(prober.ask(1)), space, budget=budget, k=k, seed=seed)
        else:
            found = probe(counted(prober.ask(0)), space, budget=budget, k=k, threshold=threshold, seed=seed)
    made = {
        "models": list(models),
        "world": world,
        "by": list(prober.by),
        "questions_asked": len(prober.log),
        **found.to_dict(),
    }
    if out is not None:
        _save(Path(out), made, prober.log)
    return made


def _save(folder: Path, made: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> None:
    import json

    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "probe.json", dict(made))
        lines = [json.dumps(line, ensure_ascii=False) for line in log]
        (folder / "questions.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
