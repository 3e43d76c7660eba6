"""Audit a model's answers by slice."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed import registry
from seedbed.audit.compose import audit
from seedbed.run.step import Context, Step, StepArgs


@registry.register("step", "audit")
class AuditAnswers(Step):
    """audit.parquet, gaps.parquet and audit.json, for every slice up to `depth` columns of `by`."""

    inputs = ("answers",)
    parallel = True

    class Args(StepArgs):
        answers: str
        by: list[str] = Field(min_length=1)
        metrics: list[str] = Field(default_factory=lambda: ["error_rate"])
        label: str = "label"
        prediction: str = "prediction"
        score: str | None = "confidence"
        positive: str | None = None
        depth: int | None = None
        min_count: int = 10
        confidence: float = 0.95
        correction: str = "holm"
        seed: int = 0

    def check(self, args: Any) -> None:
        for name in args.metrics:
            registry.get("metric", name, where="metrics")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        options = args.model_dump(exclude={"answers"})
        made = audit(context.one("answers").table(), **options)
        made.save(context.folder)
        first = args.metrics[0]
        return {
            "metric": first,
            "overall": made.overall(first).to_dict(),
            "worst": [r.to_dict() for r in made.worst(first, 20, depth=args.depth or len(args.by))],
            "gaps": [row for row in made.gaps.to_pylist() if row["metric"] == first],
            "reconciled": made.reconciled,
        }
