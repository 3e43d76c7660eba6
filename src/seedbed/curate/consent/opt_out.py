"""Who said no: lists of domains, addresses and people, robots.txt and ai.txt files, and labels in columns.

A file's name says what it is (# begins a comment in each):

    anything.domains.txt          a domain a line; it stands for what is below it too
    anything.urls.txt             an address a line; it stands for all that begin so
    anything.subjects.txt         an opaque id a line, or the sha256 of a lower-case e-mail address, 64 hex digits
    example.com.robots.txt        the robots.txt of example.com (and www.example.com)
    example.com.ai.txt            the ai.txt of example.com

    OptOut.load(["lists/"], agents=["examplebot"]).decide(table)     # "opt_out.domain", ... or null

It fails closed. Files that cannot be read, have another name or hold a line that cannot be read stop it (UsageError);
so does a table without the column that a list is about. A row's address that cannot be read is "opt_out.unreadable",
and a label that is not known is a refusal. Null says only that nobody is known to have refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from seedbed.curate.addresses import Address, address, host_name, lines_of
from seedbed.curate.consent.labels import READERS, plain
from seedbed.curate.consent.robots import Robots, parse
from seedbed.curate.lists import Listed
from seedbed.curate.operator import Operator
from seedbed.errors import UsageError
from seedbed.registry import register

FORMS = ("domains", "urls", "subjects", "robots", "ai")


@dataclass
class OptOut:
    """Everything that was refused. `agents`: the crawlers that we answer to in robots.txt and ai.txt files."""

    agents: tuple[str, ...] = ()
    listed: Listed = field(default_factory=Listed)
    subjects: set[str] = field(default_factory=set)
    robots: dict[str, Robots] = field(default_factory=dict)
    ai: dict[str, Robots] = field(default_factory=dict)

    @classmethod
    def load(cls, paths: str | Path | Iterable[str | Path], *, agents: Sequence[str] = ()) -> OptOut:
        """Read files, and folders of them. UsageError: see the module."""
        made = cls(tuple(agents))
        for path in [paths] if isinstance(paths, str | Path) else paths:
            for file in _files(Path(path)):
                made._read(file)
        return made

    def _read(self, file: Path) -> None:
        host, _, form = file.name.removesuffix(".txt").rpartition(".")
        if not file.name.endswith(".txt") or form not in FORMS or not host:
            hint = f"name it something.FORM.txt, FORM one of {', '.join(FORMS)}"
            raise UsageError("not a list that is known", where=str(file), hint=hint)
        if form in ("robots", "ai"):
            self._read_host(file, host, self.robots if form == "robots" else self.ai)
            return
        for where, line in lines_of(file):
            if form == "domains":
                self.listed.add_domain(line, where)
            elif form == "urls":
                self.listed.add(line if "/" in line else f"{line}/", where)
            else:
                self.subjects.add(_subject(line))

    def _read_host(self, file: Path, name: str, into: dict[str, Robots]) -> None:
        host = host_name(name)
        lines_of(file)  # raises where it cannot be read
        if host is None or "." not in host:
            raise UsageError(f"'{name}' is no host", where=str(file), hint="name it example.com.robots.txt")
        into[host.removeprefix("www.")] = parse(file.read_text(encoding="utf-8-sig"))

    def decide(self, table: pa.Table | pa.RecordBatch) -> pa.Array:
        """A reason for each row that was refused, else null: opt_out.subject, .domain, .url, .robots, .ai, .label or
        .unreadable, the first that holds.
        """
        columns = {plain(name): table[name].to_pylist() for name in table.column_names if plain(name) in _READ}
        self._check(columns)
        rows = range(table.num_rows)
        return pa.array([self._reason({name: c[k] for name, c in columns.items()}) for k in rows], pa.string())

    @property
    def _by_address(self) -> bool:
        return bool(self.listed or self.robots or self.ai)

    def _check(self, columns: Mapping[str, Any]) -> None:
        for needed, name in ((self._by_address, "url"), (self.subjects, "subject")):
            if needed and name not in columns:
                raise UsageError(
                    f"there is no column {name}", where="opt-out", hint=f"a list is about each row's {name}"
                )

    def _reason(self, row: Mapping[str, Any]) -> str | None:
        subject, url = row.get("subject"), row.get("url")
        if subject is not None and _subject(str(subject)) in self.subjects:
            return "opt_out.subject"
        kind = self._of_address(str(url)) if url and self._by_address else None
        if kind is None and any(_refuses(name, value) for name, value in row.items()):
            kind = "label"
        return f"opt_out.{kind}" if kind else None

    def _of_address(self, url: str) -> str | None:
        found = address(url)
        if found is None:
            return "unreadable"
        return self.listed.kind(found) or self._of_files(found)

    def _of_files(self, found: Address) -> str | None:
        host = found.host.removeprefix("www.")
        for kind, files in (("robots", self.robots), ("ai", self.ai)):
            if host in files and files[host].refuses(found.path, self.agents):
                return kind
        return None


_READ = {"url", "subject", *READERS}


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if not file.is_dir())
    if not path.is_file():
        raise UsageError("no such list", where=str(path), hint="give files or folders of lists")
    return [path]


def _subject(text: str) -> str:
    """How subjects are compared: an e-mail address by its sha256, a sha256 in lower case, else as it stands."""
    word = text.strip().removeprefix("sha256:").strip()
    if "@" in word:
        return hashlib.sha256(word.lower().encode()).hexdigest()
    is_hash = len(word) == 64 and not set(word.lower()) - set("0123456789abcdef")
    return word.lower() if is_hash else word


def _refuses(name: str, value: Any) -> bool:
    """Whether a label refuses; an empty one says nothing."""
    if name not in READERS or value is None:
        return False
    text = str(int(value) if isinstance(value, bool) else value)
    return bool(text.strip()) and READERS[name](text)


@register("operator", "opt_out")
class OptOutOperator(Operator):
    """opt_out: why a row may not be used, or null (see the module). `columns` are those that lists and labels are
    about: url, subject, robots, tdm-reservation, ...
    """

    writes = ("opt_out",)

    def __init__(
        self, lists: Sequence[str | Path] = (), agents: Sequence[str] = (), columns: Sequence[str] = ("url",)
    ) -> None:
        unknown = [name for name in columns if plain(name) not in _READ]
        if unknown:
            hint = f"known: {', '.join(sorted(_READ))}"
            raise UsageError(f"no list or label is about column '{unknown[0]}'", where="operator opt_out", hint=hint)
        self.lists, self.reads = OptOut.load(lists, agents=agents), tuple(columns)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        return {"opt_out": self.lists.decide(batch)}
