"""`parts_of`: what there is to read in files, folders, patterns and URLs, cut into parts."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

from seedbed import registry
from seedbed.dataset.readers.base import Part, Reader
from seedbed.dataset.readers.formats import by_magic, by_name, is_metadata
from seedbed.dataset.readers.images import sidecars_in
from seedbed.dataset.readers.parquet import runs
from seedbed.dataset.readers.places import WILD, expand, fixed_folder, join, kind_of, listing, relative, size_of
from seedbed.dataset.readers.streams import plain_name
from seedbed.errors import UsageError

GROUP_FILES = 4096  # files in one part, at most


@dataclass
class _Search:
    """One input being searched."""

    format: str  # or "auto"
    part_bytes: int
    root: str
    source: str
    seen: Counter[str]


def parts_of(inputs: Sequence[str | Path], *, format: str = "auto", part_bytes: int = 64 << 20) -> list[Part]:
    """Everything that can be read in `inputs` (files, folders, patterns, URLs), as parts in a fixed order.

    Formats are told by names, then by the first bytes, unless `format` names a reader. However large
    `part_bytes` is, the parts' rows in order are the same.
    """
    if format != "auto":
        registry.get("reader", format, where="format")
    if part_bytes < 1:
        raise UsageError("part_bytes is at least 1", where="parts_of")
    if isinstance(inputs, (str, Path)):
        inputs = [inputs]
    found = [part for given in inputs for part in _input(os.fspath(given), format, part_bytes)]
    return _distinct(found)


def _input(given: str, format: str, part_bytes: int) -> list[Part]:
    path = given if "://" in given else given.replace(os.sep, "/")
    kind = kind_of(path)
    if kind is None and WILD.search(path):
        return _pattern(path, format, part_bytes)
    if kind is None:
        raise UsageError("no such file or folder", where=given, hint="paths, patterns and URLs can be given")
    name = path.rstrip("/").rpartition("/")[2] or path
    if kind == "file":
        source = plain_name(name).partition(".")[0] if name[0] != "." else name
        search = _Search(format, part_bytes, "", name[: len(source)], Counter())
        return _file(path, size_of(path), search)
    root = path.rstrip("/") or "/"
    search = _Search(format, part_bytes, root, Path(path).resolve().name if name == "." else name, Counter())
    parts = list(_folder(root, search))
    if not parts:
        saw = ", ".join(f"{count} {ending}" for ending, count in search.seen.most_common(8)) or "no files"
        what = "nothing that can be read" if format == "auto" else f"nothing of format {format}"
        known = ", ".join(registry.names("reader"))
        raise UsageError(what, where=given, hint=f"saw {saw}; formats: {known}")
    return parts


def _pattern(pattern: str, format: str, part_bytes: int) -> list[Part]:
    paths = expand(pattern)
    if not paths:
        raise UsageError("no file matches the pattern", where=pattern, hint="quote it, so that the shell leaves it")
    root = fixed_folder(pattern)
    source = root.rpartition("/")[2]
    search = _Search(format, part_bytes, root or ".", source, Counter())
    found: list[Part] = []
    for path in paths:
        if kind_of(path) == "folder":
            found += _folder(path, search)
        else:
            found += _file(path, size_of(path), search, required=False)
    if not found:
        raise UsageError("nothing that can be read matches", where=pattern, hint=f"saw {len(paths)} paths")
    return found


def _folder(folder: str, search: _Search) -> Iterator[Part]:
    files, folders = listing(folder)
    names = [name for name, _ in files]
    beside, grouped = sidecars_in(names), {}
    for format in registry.names("reader"):
        if search.format in ("auto", format):
            reader: Reader = registry.get("reader", format)()
            grouped[format] = set(reader.groups(names))
            yield from _groups(folder, format, [entry for entry in files if entry[0] in grouped[format]], search)
    taken = beside.union(*grouped.values())
    for name, size in files:
        path = join(folder, name)
        if name not in taken and not is_metadata(path, name):
            yield from _file(path, size, search, required=False)
    for name in folders:
        yield from _folder(join(folder, name), search)


def _groups(folder: str, format: str, files: list[tuple[str, int]], search: _Search) -> Iterator[Part]:
    share = search.part_bytes // GROUP_FILES + 1  # so that many small files are cut too
    for start, stop in runs([max(size, share) for _, size in files], search.part_bytes):
        yield Part(folder, format, start, stop, search.root, search.source)


def _file(path: str, size: int, search: _Search, *, required: bool = True) -> list[Part]:
    """A file's parts. In a folder (not `required`) files of other formats are passed over."""
    name = path.rpartition("/")[2]
    told = by_name(name) or (by_magic(path) if size else None)
    format = search.format if required and search.format != "auto" else told
    if format is None or search.format not in ("auto", format):
        search.seen[Path(plain_name(name)).suffix or name] += 1
        if required:
            known = ", ".join(registry.names("reader"))
            raise UsageError("not a format that can be read", where=path, hint=f"say which: {known}")
        return []
    reader: Reader = registry.get("reader", format)()
    cuts = reader.cuts(path, size, search.part_bytes) if size else [(0, None)]
    return [Part(path, format, start, stop, search.root, search.source) for start, stop in cuts]


def _distinct(found: list[Part]) -> list[Part]:
    """Each part once; and where two inputs give a file the same name, names begin at their common folder."""
    folders = {(part.path, part.format) for part in found}  # a file alone may be in a folder's run, too
    once = {(p.path, p.format, p.start, p.stop): p for p in reversed(found)}.values()
    parts = [part for part in once if (part.path.rpartition("/")[0], part.format) not in folders][::-1]
    homes: dict[str, set[str]] = {}
    for part in parts:
        name = "" if part.path == part.root else relative(part.path, part.root)
        homes.setdefault(name, set()).add(part.path)
    clashes = {path for paths in homes.values() if len(paths) > 1 for path in paths}
    if not clashes:
        return parts
    top = _common([part.path for part in parts if part.path in clashes])
    roots = {part.root for part in parts if part.path in clashes} - {""}
    return [replace(part, root=top) if part.path in clashes or part.root in roots else part for part in parts]


def _common(paths: list[str]) -> str:
    """The folder that all paths (or URLs) lie in."""
    shared = list(takewhile(lambda names: len(set(names)) == 1, zip(*(path.split("/")[:-1] for path in paths))))
    return "/".join(names[0] for names in shared) or ("/" if all(path.startswith("/") for path in paths) else ".")
