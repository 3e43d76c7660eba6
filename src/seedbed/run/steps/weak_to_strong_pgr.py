"""Weak-to-strong pairs over seeds: accuracies, performance gap recovered, and whose mistakes the student makes."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from seedbed.audit.intervals import over_seeds
from seedbed.label.weak_to_strong import Role, performance_gap_recovered, recovered
from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs
from seedbed.run.steps.weak_to_strong import LOSSES

ROLES = ("weak", *LOSSES, "ceiling")
FOLLOWED = ("with_errors", "corrected", "spoilt")


@register("step", "weak_to_strong_pgr")
class WeakToStrongPgr(Step):
    """pgr, accuracy, agreement: one row for each pair and loss (or role), over the seeds of `of`.

    PGR is that of the mean accuracies, with bootstrap intervals over seeds and test rows; accuracies and agreements
    have Student's t intervals over seeds.
    """

    inputs = ("of",)

    class Args(StepArgs):
        of: str
        pair: str = "pair"
        replicates: int = Field(2000, ge=100)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        pairs: dict[str, list[Done]] = {}
        for done in context.many("of"):
            pairs.setdefault(str(done.cell.get(args.pair, "pair")), []).append(done)
        pgr = [_pgr(pair, loss, dones, args.replicates) for pair, dones in pairs.items() for loss in LOSSES]
        accuracy = [
            {"pair": pair, "role": role, **_over(dones, lambda done, role=role: done.result["accuracy"][role])}
            for pair, dones in pairs.items()
            for role in ROLES
        ]
        return {"pgr": pgr, "accuracy": accuracy, "agreement": _followed(pairs)}


def _seeds(dones: list[Done]) -> list[int]:
    return [int(done.cell.get("seed", 0)) for done in dones]


def _over(dones: list[Done], figure: Any) -> dict[str, Any]:
    values = [figure(done) for done in dones]
    return {**over_seeds(values, bounds=(0.0, 1.0)).to_dict(), "seeds": _seeds(dones), "values": values}


def _followed(pairs: dict[str, list[Done]]) -> list[dict[str, Any]]:
    """`where` is `test`, or `pool`: the rows that the student learned from."""
    rows = []
    for pair, dones in pairs.items():
        for where, key, roles in (("test", "agreement", (*LOSSES, "ceiling")), ("pool", "imitation", LOSSES)):
            for role in roles:
                for what in FOLLOWED:
                    found = _over(dones, lambda d, key=key, role=role, what=what: d.result[key][role][what])
                    rows.append({"pair": pair, "role": role, "where": where, "what": what, **found})
    return rows


def _pgr(pair: str, loss: str, dones: list[Done], replicates: int) -> dict[str, Any]:
    roles, values = [], []
    for done in dones:
        table = done.table()
        truth = np.array(table["label"].to_pylist())
        right = {name: np.array(table[name].to_pylist()) == truth for name in ("weak", loss, "ceiling")}
        roles.append(Role(np.array(table["id"].to_pylist()), right["weak"], right[loss], right["ceiling"]))
        one = performance_gap_recovered(*(float(right[name].mean()) for name in ("weak", loss, "ceiling")))
        values.append(None if np.isnan(one) else one)
    found = recovered(roles, replicates=replicates)
    return {"pair": pair, "loss": loss, **found, "n": len(dones), "seeds": _seeds(dones), "values": values}
