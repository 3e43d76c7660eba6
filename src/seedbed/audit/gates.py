"""Gates: `accuracy < 0.8`, `error_rate[category == 'mug'] > 0.3`, `gap:accuracy > 0.1` fail an audit.

A gate states what must not be. Without a slice it looks at every slice with enough data; `gap:` looks at
the largest gap over all groupings.
"""

from __future__ import annotations

import operator
import re

from seedbed.audit.result import Audit
from seedbed.errors import GateError, UsageError
from seedbed.slices import Slice

_GATE = re.compile(r"\s*(gap:)?(\w+)\s*(?:\[(.*)\])?\s*(<=|>=|<|>)\s*([0-9.eE+-]+)\s*\Z", re.DOTALL)
_CHECKS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def check_gate(audit: Audit, gate: str) -> None:
    """GateError naming the figure that fails the gate; UsageError for a gate that cannot be read."""
    match = _GATE.match(gate)
    if match is None:
        raise UsageError(f"not a gate: '{gate}'", where="--fail-on", hint="write it like accuracy < 0.8")
    gap, metric, predicate, sign, number = match.groups()
    try:
        bound = float(number)
    except ValueError:
        raise UsageError(f"'{number}' is not a number", where=f"--fail-on {gate}") from None
    figures = _figures(audit, metric, predicate, bool(gap))
    if not figures:
        hint = "audit more rows, or another metric: a gate that checks nothing does not pass"
        raise UsageError("no figure with enough data", where=f"gate {gate}", hint=hint)
    for name, value in figures:
        if _CHECKS[sign](value, bound):
            raise GateError(f"{name} is {value:.4f}", where=f"gate {gate}", hint="see the audit's table")


def _figures(audit: Audit, metric: str, predicate: str | None, gap: bool) -> list[tuple[str, float]]:
    if gap:
        audit.overall(metric)  # says so when the metric was not measured
        rows = [r for r in audit.gaps.to_pylist() if r["metric"] == metric and r["state"] == "ok"]
        return [(f"the gap of {metric} by {r['by']}", r["difference"]) for r in rows]
    if predicate is None:
        return [(f"{metric} of {r.slice}", r.value) for r in audit.slices(metric)]
    wanted = Slice.parse(predicate)
    found = [r for r in audit.slices(metric) if Slice.parse(r.slice).levels == wanted.levels]
    if not found:
        raise UsageError(f"no slice with enough data is {wanted}", where="--fail-on", hint="see the audit's table")
    return [(f"{metric} of {r.slice}", r.value) for r in found]
