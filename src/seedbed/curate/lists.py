"""Lists of domains and addresses to leave out: plain text, one a line, # for comments.

    example.com                  # the domain and everything below it
    *.example.org                # the same
    example.net/ads/             # addresses that begin so
    */banner_*.gif               # a pattern: * is anything; it must match from the beginning

A domain is looked up by its suffixes in a set, so that a million lines cost no more than ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from seedbed.curate.addresses import Address, address, domains_of, host_name, lines_of
from seedbed.curate.operator import Operator
from seedbed.errors import UsageError
from seedbed.registry import register


class Listed:
    """What lists say of an address: `domain`, `url`, or None."""

    def __init__(self) -> None:
        self.domains: set[str] = set()
        self.prefixes: dict[str, tuple[str, ...]] = {}
        self.patterns: list[str] = []
        self._pattern: re.Pattern[str] | None = None

    @classmethod
    def load(cls, paths: Iterable[str | Path]) -> Listed:
        """UsageError names the file and line that cannot be read: a list is used whole or not at all."""
        made = cls()
        for path in paths:
            for where, line in lines_of(Path(path)):
                made.add(line, where)
        return made

    def add(self, line: str, where: str = "list") -> None:
        """One line of a list."""
        if "/" not in line:
            self.add_domain(line, where)
            return
        text = line.partition("://")[2] or line
        if "*" in text:
            self.patterns.append(".*".join(map(re.escape, text.split("*"))))
            self._pattern = None
            return
        found = address(text)
        if found is None:
            raise UsageError(
                f"no address: '{line}'", where=where, hint="example.com/path, a domain, or a pattern with *"
            )
        self.prefixes[found.host] = (*self.prefixes.get(found.host, ()), found.path)

    def add_domain(self, line: str, where: str) -> None:
        host = host_name(line.removeprefix("*.").removeprefix("."))
        if host is None or "*" in line.removeprefix("*."):
            raise UsageError(f"no domain: '{line}'", where=where, hint="write example.com, or *.example.com")
        self.domains.add(host)

    def __bool__(self) -> bool:
        return bool(self.domains or self.prefixes or self.patterns)

    def kind(self, found: Address) -> str | None:
        """`domain` or `url` where the address is listed."""
        if any(domain in self.domains for domain in domains_of(found.host)):
            return "domain"
        if found.path.startswith(self.prefixes.get(found.host, ())):
            return "url"
        if self.patterns and self._compiled().match(found.host + found.path):
            return "url"
        return None

    def _compiled(self) -> re.Pattern[str]:
        if self._pattern is None:
            self._pattern = re.compile("|".join(self.patterns), re.IGNORECASE)
        return self._pattern


@register("operator", "block_list")
class BlockList(Operator):
    """listed: "list.domain" or "list.url" where the row's address is on a list, "list.unreadable" where there is an
    address that cannot be read, else null.
    """

    writes = ("listed",)

    def __init__(self, lists: Sequence[str | Path] = (), column: str = "url") -> None:
        self.column, self.reads, self.lists = column, (column,), Listed.load(lists)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        return {"listed": pa.array([self.reason(url) for url in batch[self.column].to_pylist()], pa.string())}

    def reason(self, url: str | None) -> str | None:
        if not url:
            return None
        found = address(url)
        kind = self.lists.kind(found) if found else "unreadable"
        return f"list.{kind}" if kind else None
