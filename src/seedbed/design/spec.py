"""What a design asks for, as plain data: balanced by default, restricted, skewed on purpose, or targeted.

{}                                                     balanced over every factor
{"where": "color == 'red'"}                            balanced over the cells of a slice
{"fixed": {"background": "plain"}}                     one level only
{"skew": {"category": {"zipf": 1.0},                   a long tail: the level of rank r has weight r^-1
          "color": {"given": "category", "tied": 0.9}, each category's own colour in 90 % of its rows
          "material": {"weights": {"metal": 3}}}}      stated weights; levels not named weigh 1
{"targets": [{"where": "...", "share": 0.5}, ...]}     rows only in these slices, in these shares
{"forbid": ["category == 'car' and size == 'small'"]}  combinations that never occur
{"holdout": ["color == 'red' and category == 'mug'"],  combinations kept for a generalisation test:
 "split": "train"}                                     never in the train split, only these in the test split
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from seedbed.errors import UsageError, nearest
from seedbed.slices import Compare, Join, Node, Not, Slice


class Closed(BaseModel):
    """A model that refuses keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Skew(Closed):
    """How one factor's levels are weighted; exactly one of the three forms."""

    zipf: float | None = Field(None, ge=0, le=10, description="exponent over the order of the levels")
    weights: dict[str, float] | None = Field(None, description="weight of each named level; others weigh 1")
    given: str | None = Field(None, description="the factor that this one is tied to")
    tied: float | None = Field(None, ge=0, le=1, description="share of rows with the tied level")

    @model_validator(mode="after")
    def _one_form(self) -> Skew:
        forms = [self.zipf is not None, self.weights is not None, self.given is not None]
        if sum(forms) != 1 or (self.given is None) != (self.tied is None):
            raise ValueError("give one of zipf, weights, or given with tied")
        if self.weights is not None and (any(w < 0 for w in self.weights.values()) or not any(self.weights.values())):
            raise ValueError("weights must be 0 or more, and not all 0")
        return self


class Target(Closed):
    """One slice to fill, and its share of the rows (shares are relative: they need not sum to 1)."""

    where: str
    share: float = Field(1.0, gt=0)

    @field_validator("where")
    @classmethod
    def _parses(cls, text: str) -> str:
        return str(Slice.parse(text))


class Spec(Closed):
    """A design's request. `skew` and `targets` exclude each other: a target fills its slice evenly."""

    where: str = ""
    fixed: dict[str, str | int] = Field(default_factory=dict)
    skew: dict[str, Skew] = Field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    forbid: tuple[str, ...] = ()
    holdout: tuple[str, ...] = ()
    split: Literal["train", "test"] = "train"

    @field_validator("where")
    @classmethod
    def _parses(cls, text: str) -> str:
        return str(Slice.parse(text))

    @field_validator("forbid", "holdout")
    @classmethod
    def _all_parse(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(Slice.parse(text)) for text in texts)

    @property
    def excluded(self) -> str:
        """A slice's text: what forbidden and held-out combinations leave."""
        parts = [f"not ({text})" for text in self.forbid]
        if self.holdout:
            held = " or ".join(f"({text})" for text in self.holdout)
            parts.append(f"({held})" if self.split == "test" else f"not ({held})")
        return " and ".join(parts)

    @model_validator(mode="after")
    def _one_way(self) -> Spec:
        if self.skew and self.targets:
            raise ValueError("skew and targets exclude each other")
        if self.split == "test" and not self.holdout:
            raise ValueError("the test split needs holdout: the combinations that are held out")
        return self

    def check(self, factors: dict[str, tuple[Any, ...]], where: str = "design") -> None:
        """UsageError when it names a factor or level that the world does not have."""
        for name, level in self.fixed.items():
            _known_factor(name, factors, f"{where}.fixed")
            _known_level(name, level, factors, f"{where}.fixed.{name}")
        for name, skew in self.skew.items():
            _known_factor(name, factors, f"{where}.skew")
            for level in skew.weights or {}:
                _known_level(name, level, factors, f"{where}.skew.{name}.weights")
            if skew.given is not None:
                _known_factor(skew.given, factors, f"{where}.skew.{name}.given")
        for text in [self.where, *self.forbid, *self.holdout, *(target.where for target in self.targets)]:
            parsed = Slice.parse(text)
            parsed.check(factors, where=f"{where}: {text}" if text else where)
            for name, level in named_levels(parsed.node):
                _known_level(name, level, factors, f"{where}: {text}")


def named_levels(node: Node | None) -> list[tuple[str, Any]]:
    """(factor, level) of every test of equality in a slice: `==`, `!=`, `in`, `not in`."""
    if isinstance(node, Join):
        return [pair for part in node.parts for pair in named_levels(part)]
    if isinstance(node, Not):
        return named_levels(node.part)
    if isinstance(node, Compare) and node.op in ("==", "!=", "in", "not in"):
        values = node.value if isinstance(node.value, tuple) else (node.value,)
        return [(node.column, value) for value in values]
    return []


def _known_factor(name: str, factors: dict[str, tuple[Any, ...]], where: str) -> None:
    if name not in factors:
        raise UsageError(f"no factor '{name}'", where=where, hint=nearest(name, factors))


def _known_level(name: str, level: Any, factors: dict[str, tuple[Any, ...]], where: str) -> None:
    if str(level) not in map(str, factors[name]):
        hint = nearest(str(level), map(str, factors[name]))
        raise UsageError(f"factor '{name}' has no level '{level}'", where=where, hint=hint)
