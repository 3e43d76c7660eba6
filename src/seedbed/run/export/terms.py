"""What the rows' own licences refuse: a non-commercial licence does not allow a commercial use. Not legal advice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seedbed.dataset.policy import Refusal

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

CHECKED = ("commercial", "redistribution")  # uses that a licence's table in curate.consent.licences answers


@dataclass(frozen=True)
class Terms:
    """Refusals with counts of rows, and what is noted beside the export."""

    refusals: list[Refusal] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


def licence_refusals(dataset: Dataset, uses: Sequence[str]) -> Terms:
    """Rows whose licence is read to refuse one of the uses; rows whose licence says nothing known are counted."""
    wanted = [use for use in uses if use in CHECKED]
    if not wanted or "licence" not in dataset.schema.names:
        return Terms()
    counts = Counter(dataset.table(["licence"])["licence"].to_pylist())
    total, refusals, unknown = sum(counts.values()), [], {}
    for use in wanted:
        answers = {licence: _answer(licence, use) for licence in counts}
        against = {licence: count for licence, count in counts.items() if answers[licence] is False}
        unknown[use] = sum(count for licence, count in counts.items() if answers[licence] is None)
        if against:
            named = ", ".join(f"{licence} {count:,}" for licence, count in sorted(against.items()))
            refusals.append(
                Refusal(use, "licence", f"{sum(against.values()):,} of {total:,} rows do not allow it ({named})")
            )
    return Terms(refusals, {"rows_of_unknown_terms": unknown})


def _answer(licence: str | None, use: str) -> bool | None:
    from seedbed.curate.consent.licences import allows, spdx

    return allows(spdx(licence), use)
