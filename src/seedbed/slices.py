"""`Slice`: which rows. One predicate type that audits return, designs target, reports link and users write.

    Slice.parse("category == 'mug' and color in ['red', 'blue'] and not size > 0.5")

The text uses Python's operators and is parsed, never evaluated: comparisons of a column with literals,
`in` / `not in` a list, `and` / `or` / `not`, parentheses. A row whose column is null matches no comparison.
Columns may carry dots (`score.length`).
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedbed.errors import UsageError, nearest

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

Value = str | int | float | bool

_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_CHECK: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}
_MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LONGEST = 10_000


@dataclass(frozen=True)
class Compare:
    """A comparison of one column with a literal, or with a list of literals for `in`."""

    column: str
    op: str
    value: Value | tuple[Value, ...]

    def __str__(self) -> str:
        shown = f"[{', '.join(map(repr, self.value))}]" if isinstance(self.value, tuple) else repr(self.value)
        return f"{self.column} {self.op} {shown}"


@dataclass(frozen=True)
class Not:
    part: Node


@dataclass(frozen=True)
class Join:
    op: str  # "and" or "or"
    parts: tuple[Node, ...]


Node = Compare | Not | Join


@dataclass(frozen=True)
class Slice:
    """A predicate over columns. The empty slice (`Slice()`) is every row."""

    node: Node | None = None

    @classmethod
    def parse(cls, text: str) -> Slice:
        """Read a slice from text; UsageError says which part is not understood."""
        if not text.strip():
            return cls()
        if len(text) > _LONGEST:
            raise UsageError(f"the slice is longer than {_LONGEST} characters", where="slice")
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            detail = getattr(error, "msg", "") or "too deeply nested"
            raise UsageError(f"not a slice ({detail})", where=repr(text), hint=_EXAMPLE) from None
        try:
            return cls(_read(tree.body, text))
        except RecursionError:
            raise UsageError("not a slice (too deeply nested)", where="slice") from None

    @classmethod
    def where(cls, **levels: Value) -> Slice:
        """The conjunction of equalities: `Slice.where(category="mug", color="red")`."""
        return cls.of(levels)

    @classmethod
    def of(cls, levels: Mapping[str, Value]) -> Slice:
        """As `where`, for column names that are not Python names."""
        tests: tuple[Node, ...] = tuple(Compare(column, "==", value) for column, value in levels.items())
        if len(tests) <= 1:
            return cls(tests[0] if tests else None)
        return cls(Join("and", tests))

    def __str__(self) -> str:
        return "" if self.node is None else _write(self.node)

    def __and__(self, other: Slice) -> Slice:
        if self.node is None or other.node is None:
            return other if self.node is None else self
        return Slice(Join("and", (self.node, other.node)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, sorted."""
        return tuple(sorted({test.column for test in _tests(self.node)}))

    @property
    def levels(self) -> dict[str, Value]:
        """Column -> value, for a plain conjunction of equalities; UsageError for anything else."""
        parts = self.node.parts if isinstance(self.node, Join) else (self.node,) if self.node else ()
        plain = not isinstance(self.node, Join) or self.node.op == "and"
        tests = [part for part in parts if isinstance(part, Compare) and part.op == "=="]
        if not plain or len(tests) != len(parts):
            raise UsageError("not a conjunction of equalities", where=str(self), hint="use column == value and …")
        return {test.column: test.value for test in tests if not isinstance(test.value, tuple)}

    def check(self, columns: Mapping[str, Any] | tuple[str, ...] | list[str], *, where: str = "slice") -> None:
        """UsageError when the slice reads a column that is not among `columns`."""
        for column in self.columns:
            if column not in columns:
                raise UsageError(f"no column '{column}'", where=where, hint=nearest(column, columns))

    def matches(self, row: Mapping[str, Any]) -> bool:
        """Whether one row (column -> value) is in the slice."""
        return self.node is None or _holds(self.node, row)

    def expression(self) -> Any:
        """The slice as a pyarrow compute expression, or None for every row."""
        return None if self.node is None else _expression(self.node)

    def mask(self, table: pa.Table) -> np.ndarray:
        """Which rows of the table are in the slice: bool array of shape (rows,). Nulls match nothing."""
        import numpy as np
        import pyarrow as pa

        self.check(table.column_names)
        if self.node is None:
            return np.ones(table.num_rows, dtype=bool)
        if table.num_rows == 0:
            return np.zeros(0, dtype=bool)
        from pyarrow import acero

        flat = table.select(list(self.columns))
        try:
            plan = acero.Declaration.from_sequence(
                [
                    acero.Declaration("table_source", acero.TableSourceNodeOptions(flat)),
                    acero.Declaration("project", acero.ProjectNodeOptions([self.expression()], ["keep"])),
                ]
            )
            kept = plan.to_table(use_threads=False)["keep"].fill_null(False)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
            types = ", ".join(f"{c} is {table.schema.field(c).type}" for c in self.columns)
            reason = str(error).splitlines()[0]
            raise UsageError(f"values do not fit the columns ({types})", where=str(self), hint=reason) from None
        return kept.to_numpy()


_EXAMPLE = "write it like category == 'mug' and color in ['red', 'blue']"


def _refuse(node: ast.AST, text: str) -> UsageError:
    piece = ast.get_source_segment(text.strip(), node) or text
    return UsageError(f"'{piece}' is not allowed in a slice", where=repr(text), hint=_EXAMPLE)


def _read(node: ast.AST, text: str) -> Node:
    if isinstance(node, ast.BoolOp):
        op = "and" if isinstance(node.op, ast.And) else "or"
        return Join(op, tuple(_read(part, text) for part in node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Not(_read(node.operand, text))
    if isinstance(node, ast.Compare):
        return _read_compare(node, text)
    raise _refuse(node, text)


def _read_compare(node: ast.Compare, text: str) -> Node:
    sides = [node.left, *node.comparators]
    tests: list[Node] = []
    for left, op, right in zip(sides, node.ops, sides[1:]):
        word = _COMPARE.get(type(op))
        if word is None:
            raise _refuse(node, text)
        if _column(left) is None and word in _MIRROR:  # 0.2 < size, also within 0.2 < size < 0.5
            left, right, word = right, left, _MIRROR[word]
        column = _column(left)
        if column is None:
            raise _refuse(left, text)
        tests.append(Compare(column, word, _literal(right, text, many=word in ("in", "not in"))))
    return tests[0] if len(tests) == 1 else Join("and", tuple(tests))


def _column(node: ast.AST) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = _column(node.value)
        return None if base is None else f"{base}.{node.attr}"
    return None


def _literal(node: ast.AST, text: str, *, many: bool) -> Value | tuple[Value, ...]:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise _refuse(node, text) from None
    plain = (str, int, float, bool)
    if many and isinstance(value, (list, tuple)) and value and all(isinstance(v, plain) for v in value):
        return tuple(value)
    if not many and isinstance(value, plain):
        return value
    raise _refuse(node, text)


def _write(node: Node, inside: str = "") -> str:
    if isinstance(node, Compare):
        return str(node)
    if isinstance(node, Not):
        return f"not ({_write(node.part)})"
    text = f" {node.op} ".join(_write(part, node.op) for part in node.parts)
    return f"({text})" if inside else text


def _tests(node: Node | None) -> list[Compare]:
    if node is None:
        return []
    if isinstance(node, Compare):
        return [node]
    parts = (node.part,) if isinstance(node, Not) else node.parts
    return [test for part in parts for test in _tests(part)]


def _holds(node: Node, row: Mapping[str, Any]) -> bool:
    return _truth(node, row) is True


def _truth(node: Node, row: Mapping[str, Any]) -> bool | None:
    """Three-valued, as in SQL and Arrow: a comparison with null is unknown, and so is its negation."""
    if isinstance(node, Compare):
        if node.column not in row:
            raise UsageError(f"no column '{node.column}'", where="slice", hint=nearest(node.column, row))
        value = row[node.column]
        return None if value is None else bool(_CHECK[node.op](value, node.value))
    if isinstance(node, Not):
        inner = _truth(node.part, row)
        return None if inner is None else not inner
    found = [_truth(part, row) for part in node.parts]
    decisive = node.op == "or"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def _expression(node: Node) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(node, Not):
        return ~_expression(node.part)
    if isinstance(node, Join):
        combine = operator.and_ if node.op == "and" else operator.or_
        parts = [_expression(part) for part in node.parts]
        total = parts[0]
        for part in parts[1:]:
            total = combine(total, part)
        return total
    field = pc.field(node.column)
    if isinstance(node.value, tuple):
        inside = field.isin(pa.array(list(node.value)))
        known = inside if node.op == "in" else ~inside
        return pc.if_else(field.is_valid(), known, pa.scalar(None, pa.bool_()))
    return _CHECK[node.op](field, node.value)
