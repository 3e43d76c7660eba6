"""From a record of named fields to columns of COLLECTED: by the user's mapping, else by common names."""

from __future__ import annotations

import base64
import datetime
import json
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from seedbed.dataset.readers.base import COLLECTED, Refused, Row
from seedbed.errors import UsageError, nearest
from seedbed.lineage import canonical

# column -> names that it usually has, the first that is there wins; case does not matter
NAMES = {
    "text": ("text", "content", "body", "raw_content"),
    "image": ("image", "jpg", "jpeg", "png", "webp", "img", "image_bytes"),
    "caption": ("caption", "alt", "alt_text", "txt"),
    "url": ("url", "uri", "link"),
    "domain": ("domain",),
    "source": ("source",),
    "licence": ("licence", "license"),
    "consent": ("consent",),
    "crawled": ("crawled", "crawl_date", "warc_date", "timestamp", "date"),
    "meta": ("meta",),
}
CONTENT = ("text", "image", "caption")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def check_fields(fields: Mapping[str, str]) -> None:
    """UsageError where a mapping names a column that rows cannot have."""
    for column in fields:
        if column not in NAMES:
            raise UsageError(f"no column '{column}'", where="fields", hint=nearest(column, NAMES))


class Columns:
    """Takes records apart. Records with the same names share one plan."""

    def __init__(self, fields: Mapping[str, str], *, needs: tuple[str, ...] = CONTENT) -> None:
        self.fields, self.needs = fields, needs
        self._plans: dict[tuple[str, ...], tuple[list[tuple[str, str]], list[str]]] = {}

    def plan(self, names: tuple[str, ...]) -> tuple[list[tuple[str, str]], list[str]]:
        """(column, field) pairs and the fields that go to meta; Refused where a needed one is missing."""
        known = self._plans.get(names)
        if known is None:
            known = self._plan(names)
            if len(self._plans) > 256:  # records that never look alike
                self._plans.clear()
            self._plans[names] = known
        return known

    def _plan(self, names: tuple[str, ...]) -> tuple[list[tuple[str, str]], list[str]]:
        there = f"there are: {', '.join(map(str, names))}"
        for column, name in self.fields.items():
            if name not in names:
                raise Refused("missing_column", f"no '{name}' for {column}; {there}")
        low = {name.lower(): name for name in reversed(names)}
        taken = {column: self.fields.get(column) or _first(low, NAMES[column]) for column in NAMES}
        pairs = [(column, name) for column, name in taken.items() if name]
        if self.needs and not any(column in self.needs for column, _ in pairs):
            raise Refused("missing_column", f"no {' or '.join(self.needs)}; {there}")
        used = {name for _, name in pairs}
        return pairs, [name for name in names if name not in used]

    def take(self, record: Mapping[str, Any]) -> Row:
        """The record's columns; fields that no column takes are in meta."""
        pairs, others = self.plan(tuple(record))
        row: Row = {}
        rest = {name: record[name] for name in others if record[name] is not None}
        for column, name in pairs:
            value = record[name]
            if value is None:
                continue
            fit: Any = value if type(value) is str and column in _PLAIN else _fit(column, value)
            if fit is None:
                rest[name] = value
            elif column == "meta":
                rest = {**fit, **rest}
            else:
                row[column] = fit
        if rest:
            row["meta"] = meta_text(rest)
        return row


_PLAIN = {"text", "caption", "url", "domain", "source", "licence", "consent"}


def _first(low: Mapping[str, str], wanted: Iterable[str]) -> str | None:
    return next((low[name] for name in wanted if name in low), None)


def _fit(column: str, value: Any) -> Any:
    """The value as its column holds it; None where it is of another kind."""
    if column == "image":
        return _image(value)
    if column == "meta":
        return _meta(value)
    if column == "crawled":
        return iso_date(value)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _image(value: Any) -> bytes | None:
    if isinstance(value, Mapping):  # {"bytes": ..., "path": ...}, as Hugging Face stores pictures
        value = value.get("bytes")
    if isinstance(value, str) and value.startswith("data:image/"):
        try:
            return base64.b64decode(value.partition(",")[2], validate=True)
        except ValueError:
            return None
    return value if isinstance(value, bytes) else None


def _meta(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return dict(value) if isinstance(value, Mapping) else None


def iso_date(value: Any) -> str | None:
    """The day of a date, or of text that begins with an ISO date."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    return value[:10] if isinstance(value, str) and ISO_DATE.match(value) else None


def meta_text(values: Mapping[str, Any]) -> str | None:
    """Canonical JSON of a record's other fields; what JSON cannot hold becomes text or is left out."""
    try:
        return canonical(values)
    except (TypeError, ValueError):  # dates, numbers that are not finite, bytes
        clean = _clean(values)
        return canonical(clean) if clean else None


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): v for k, v in ((k, _clean(v)) for k, v in value.items()) if v is not None}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (Decimal, datetime.timedelta)):
        return str(value)
    return value if isinstance(value, (str, int, bool)) else None


assert set(NAMES) < set(COLLECTED.names)  # so that a mapping always names a column that rows have
