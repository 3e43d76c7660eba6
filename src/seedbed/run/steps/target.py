"""From an audit to slices that a design fills: what the model lacks."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from seedbed.audit.result import Audit
from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.step import Context, Step, StepArgs


@register("step", "target")
class Target(Step):
    """The worst `slices` of an audit, each with a share of the rows in proportion to its error.

    Slices are ranked by the end of the interval that is nearer to good. `columns` renames audited columns
    to a world's factors where they differ.
    """

    inputs = ("audit",)

    class Args(StepArgs):
        audit: str
        metric: str = "error_rate"
        slices: int = Field(10, gt=0)
        depth: int | None = None
        floor: float = Field(0.02, ge=0, description="added to each slice's error before shares are taken")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        found = Audit.load(context.one("audit").folder)
        depth = args.depth or len(found.about["by"])
        worst = found.worst(args.metric, args.slices, depth)
        if not worst:
            raise UsageError("no slice has enough data to be targeted", where="target", hint="audit more rows")
        lower = found.about["metrics"][args.metric] == "lower"
        shares = [(r.value if lower else 1 - r.value) + args.floor for r in worst]
        total = sum(shares)
        return {
            "targets": [{"where": r.slice, "share": round(s / total, 6)} for r, s in zip(worst, shares)],
            "worst": worst[0].to_dict(),
            "slices": len(worst),
        }
