"""Make rows of a world into a dataset."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed.dataset.files import read_json
from seedbed.errors import GateError, UsageError
from seedbed.registry import register
from seedbed.run.generate import CERTIFICATE, build_world, failures, generate, make_program
from seedbed.run.step import DATASET, Context, Step, StepArgs


@register("step", "generate")
class Generate(Step):
    """A dataset with its balance certificate. `targets` names a stage whose slices the rows must fill."""

    inputs = ("targets",)
    resumes = True

    class Args(StepArgs):
        world: str
        rows: int = Field(gt=0)
        seed: int = 0
        first: int = Field(0, ge=0, description="index of the first row: leave out rows that others have")
        where: str = ""
        design: dict[str, Any] = Field(default_factory=dict)
        options: dict[str, Any] = Field(default_factory=dict)
        questions: int = Field(0, ge=0)
        targets: str | None = None

    def check(self, args: Any) -> None:
        make_program(args.world, args.options, args.design, args.where, args.questions)
        if args.targets and (args.design.get("targets") or args.design.get("skew")):
            raise UsageError("targets and a design of its own", where="targets", hint="give one of them")

    def code(self, args: Any) -> dict[str, Any]:
        from seedbed.design import VERSION

        return {"world": build_world(args.world, args.options).version, "design": VERSION}

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        design = dict(args.design)
        if args.targets:
            design["targets"] = context.one("targets").result["targets"]
        dataset = generate(
            args.world,
            rows=args.rows,
            out=context.folder / DATASET,
            seed=args.seed,
            first=args.first,
            where=args.where,
            design=design,
            questions=args.questions,
            engine=context.engine,
            workers=context.workers,
            progress=context.progress,
            **args.options,
        )
        broken = failures(dataset)
        if broken:
            raise GateError(f"some rows could not be made: {broken[0]}", where=str(dataset.path))
        certificate = read_json(dataset.path / CERTIFICATE)
        return {
            "rows": len(dataset),
            "fingerprint": dataset.lineage["fingerprint"],
            "balanced": certificate["balanced"],
            "marginal_deviation": certificate["marginal_deviation"]["largest"],
            "pairwise_deviation": certificate["pairwise_deviation"]["largest"],
        }
