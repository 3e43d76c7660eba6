"""Make rows of a world into a dataset."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed.dataset.files import read_json
from seedbed.dataset.policy import read_policy, set_policy
from seedbed.errors import GateError, UsageError
from seedbed.lineage import digest
from seedbed.registry import register
from seedbed.run.generate import CERTIFICATE, build_world, failures, generate, make_program
from seedbed.run.language import wanted_questions
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
        questions: int | str = Field(0, description="how many a row, `default`, or a YAML file of families")
        questions_per_row: int | None = Field(None, gt=0)
        captions: list[str] = Field(default_factory=list, description="styles: alt, dense, facts, relational")
        strict: bool = False
        policy: str | None = Field(None, description="a YAML file with the use policy of the rows")
        targets: str | None = None

    def check(self, args: Any) -> None:
        wanted = wanted_questions(args.questions, args.questions_per_row)
        make_program(args.world, args.options, args.design, args.where, wanted, args.captions)
        if args.targets and (args.design.get("targets") or args.design.get("skew")):
            raise UsageError("targets and a design of its own", where="targets", hint="give one of them")
        if args.policy:
            read_policy(args.policy)

    def code(self, args: Any) -> dict[str, Any]:
        from seedbed.design import VERSION

        made = {"world": build_world(args.world, args.options).version, "design": VERSION}
        if args.policy:
            made["policy"] = digest(read_policy(args.policy).to_dict())
        wanted = wanted_questions(args.questions, args.questions_per_row)
        return {**made, "families": wanted["families"]} if isinstance(wanted, dict) else made

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
            questions_per_row=args.questions_per_row,
            captions=args.captions,
            strict=args.strict,
            engine=context.engine,
            workers=context.workers,
            progress=context.progress,
            **args.options,
        )
        if args.policy:
            set_policy(dataset.path, read_policy(args.policy))
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
