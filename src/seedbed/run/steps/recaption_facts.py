"""What captions state, over seeds: precision and recall of facts as means with intervals."""

from __future__ import annotations

from typing import Any

from seedbed.audit.intervals import over_seeds
from seedbed.registry import register
from seedbed.run.step import Context, Step, StepArgs


@register("step", "recaption_facts")
class RecaptionFacts(Step):
    """facts: old, recaption, truth -> all, object, attribute, ground, relation -> precision, recall: mean, low, high,
    values, seeds. A kind that no caption states has no precision (None).
    """

    inputs = ("rewritten",)

    class Args(StepArgs):
        rewritten: str

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        cells = sorted(context.many("rewritten"), key=lambda done: int(done.cell["seed"]))
        seeds = [int(done.cell["seed"]) for done in cells]
        made: dict[str, Any] = {}
        for name in cells[0].result["facts"]:
            found = [{"all": done.result["facts"][name], **done.result["facts"][name]["by"]} for done in cells]
            made[name] = {
                kind: {
                    what: _over([one[kind][what]["value"] for one in found], seeds) for what in ("precision", "recall")
                }
                for kind in found[0]
            }
        return {"facts": made}


def _over(values: list[float | None], seeds: list[int]) -> dict[str, Any]:
    return {**over_seeds(values, bounds=(0.0, 1.0)).to_dict(), "values": values, "seeds": seeds}
