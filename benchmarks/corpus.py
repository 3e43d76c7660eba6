"""Pack real text of this machine into files that the readers read, for benchmarks of curation.

    python -m benchmarks.corpus OUT --mb 100 --formats warc,parquet,jsonl

Manual pages, documentation, Python sources' docstrings, packages' descriptions and licences, each with an
address, a source and, where its package says so, a licence. More than there is, is made of what there is:
paragraphs of one document in another order, told by `made_from`.
"""

from __future__ import annotations

import argparse
import gzip
import inspect
import re
import site
import sysconfig
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed.dataset.writers import write_jsonl, write_parquet, write_warc

SMALLEST, LARGEST = 300, 200_000  # bytes of a document
SHARD_BYTES = 64 << 20
FORMATS = ("warc", "parquet", "jsonl")
NAMES = {"warc": "warc.gz", "parquet": "parquet", "jsonl": "jsonl"}
TEXTS = {".rst", ".md", ".txt"}
SEED = 7
SCHEMA = pa.schema(
    [(n, pa.string()) for n in ("text", "url", "source", "licence")]
    + [("meta", pa.struct([("made_from", pa.string())]))]
)
SPDX = {
    "mit": "MIT", "mit license": "MIT", "apache 2.0": "Apache-2.0", "apache-2.0": "Apache-2.0", "bsd": "BSD-3-Clause",
    "apache software license": "Apache-2.0", "apache license 2.0": "Apache-2.0", "bsd-3-clause": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause", "bsd-2-clause": "BSD-2-Clause", "mpl-2.0": "MPL-2.0", "isc": "ISC",
}  # fmt: skip
REQUEST = re.compile(r"^[.'](?:\\\"|(?:de|am|ig)\b|[A-Za-z]{1,3}\b)[ \t]?(.*)$", re.M)
ESCAPE = re.compile(r"\\f(?:\[[^\]]*\]|\(..|.)|\\[&|^/,]|\\s[+-]?\d+|\\\*(?:\[[^\]]*\]|\(..|.)")
DOCSTRING = re.compile(r'^[ \t]*[rR]?"""(.*?)"""', re.M | re.S)
Document = dict[str, Any]


def documents() -> Iterator[Document]:
    """The machine's documents, in a fixed order."""
    seen: set[str] = set()
    for source, package, path, text in _texts():
        size = len(text.encode(errors="replace"))
        if SMALLEST <= size <= LARGEST and text not in seen:
            seen.add(text)
            url = f"https://docs.example/{package}/{path}".replace(" ", "%20")
            yield {"text": text, "url": url, "source": source, "licence": _licence(package), "meta": None}


def _texts() -> Iterator[tuple[str, str, str, str]]:
    """(source, package, path, text), in turn from each place, so that a small corpus has them all."""
    roots = {Path(sysconfig.get_path("stdlib")), *map(Path, site.getsitepackages())}
    places = [_licences(), _system(), _manuals(), *(_python(root, roots) for root in sorted(roots))]
    while places:
        for place in list(places):
            found = next(place, None)
            if found is None:
                places.remove(place)
            else:
                yield found


def _licences() -> Iterator[tuple[str, str, str, str]]:
    for path in _files(Path("/usr/share/common-licenses")):
        yield "licences", "common-licenses", path.name, _read(path)


def _system() -> Iterator[tuple[str, str, str, str]]:
    for path in _files(Path("/usr/share/doc")):
        inner = path.relative_to("/usr/share/doc")
        yield "system-docs", inner.parts[0], "/".join(inner.parts[1:]), _read(path)


def _manuals() -> Iterator[tuple[str, str, str, str]]:
    for path in _files(Path("/usr/share/man")):
        yield "man", "man", str(path.relative_to("/usr/share/man")), _plain(_read(path))


def _python(root: Path, roots: set[Path]) -> Iterator[tuple[str, str, str, str]]:
    for path in _files(root):
        if any(other != root and other in path.parents and root in other.parents for other in roots):
            continue  # site-packages inside the standard library's folder
        inner = path.relative_to(root)
        package = inner.parts[0].partition("-")[0] if "site-packages" in root.parts else "python"
        if path.suffix == ".py":
            yield "python-docs", package, str(inner), _docstrings(path)
        elif path.name == "METADATA":
            yield "package-metadata", package, str(inner), _read(path)
        elif path.suffix in TEXTS or path.name.startswith("README"):
            licence = "LICEN" in path.name.upper() or "COPYING" in path.name.upper()
            yield "licences" if licence else "package-texts", package, str(inner), _read(path)


def _files(root: Path) -> list[Path]:
    return sorted(p for p in root.rglob("*") if p.is_file() and not p.is_symlink()) if root.is_dir() else []


def _read(path: Path) -> str:
    """A file's text; empty where it is none."""
    try:
        if path.stat().st_size > 4 * LARGEST:
            return ""
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode().strip()
    except (OSError, UnicodeDecodeError, EOFError, gzip.BadGzipFile):
        return ""


def _plain(roff: str) -> str:
    """A manual page without most of its marks. Crude: tables and equations stay odd."""
    text = ESCAPE.sub("", REQUEST.sub(r"\1", roff)).replace("\\-", "-").replace("\\(co", "(c)").replace("\\e", "\\")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _docstrings(path: Path) -> str:
    """A module's docstrings. Not by parsing: compiling a million lines takes minutes."""
    return "\n\n".join(inspect.cleandoc(found) for found in DOCSTRING.findall(_read(path)))


@lru_cache(maxsize=4096)
def _licence(package: str) -> str | None:
    if package == "python":
        return "PSF-2.0"
    try:
        about = metadata.metadata(package)
    except (metadata.PackageNotFoundError, ValueError):
        return None
    told = about.get("License-Expression") or SPDX.get((about.get("License") or "").strip().lower())
    return told or next((SPDX[c] for c in _classifiers(about) if c in SPDX), None)


def _classifiers(about: Any) -> list[str]:
    return [line.rpartition("::")[2].strip().lower() for line in about.get_all("Classifier") or [] if "License" in line]


def enough(found: Iterable[Document], wanted: int) -> Iterator[Document]:
    """Documents of `wanted` bytes: the real ones, then ones made of them, the same every time."""
    real: list[Document] = []
    total = 0
    for document in found:
        if total >= wanted:
            return
        real.append(document)
        total += len(document["text"].encode(errors="replace"))
        yield document
    turn = 0
    while total < wanted and real:
        for number, document in enumerate(real):
            made = _shuffled(document, turn, number)
            total += len(made["text"].encode(errors="replace"))
            yield made
            if total >= wanted:
                return
        turn += 1


def _shuffled(document: Document, turn: int, number: int) -> Document:
    rng = np.random.Generator(np.random.Philox(key=SEED, counter=[0, 0, turn, number]))
    paragraphs = document["text"].split("\n\n")
    text = "\n\n".join(paragraphs[k] for k in rng.permutation(len(paragraphs)))
    url = f"{document['url']}?made={turn + 1}"
    return {**document, "text": text, "url": url, "meta": {"made_from": document["url"]}}


def shards(found: Iterable[Document]) -> Iterator[list[Document]]:
    """Documents in groups of about SHARD_BYTES."""
    held: list[Document] = []
    size = 0
    for document in found:
        held.append(document)
        size += len(document["text"])
        if size >= SHARD_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def write(held: list[Document], format: str, path: Path) -> None:
    if format == "warc":
        write_warc(held, path)
        return
    if format == "parquet":
        write_parquet([pa.Table.from_pylist(held, SCHEMA)], path, group_rows=1024)
        return
    flat = [{**document, "meta": None, **(document["meta"] or {})} for document in held]
    schema = pa.schema([*SCHEMA, ("made_from", pa.string())]).remove(SCHEMA.get_field_index("meta"))
    write_jsonl([pa.Table.from_pylist(flat, schema)], path)


def pack(out: Path, mb: float, formats: list[str]) -> tuple[Counter[str], Counter[str]]:
    """Write the files; (documents, bytes) of each source."""
    counts, sizes = Counter[str](), Counter[str]()
    for number, held in enumerate(shards(enough(documents(), int(mb * 1e6)))):
        for document in held:
            name = f"{document['source']}{' (made)' if document['meta'] else ''}"
            counts[name] += 1
            sizes[name] += len(document["text"].encode(errors="replace"))
        for format in formats:
            write(held, format, out / format / f"corpus-{number:04d}.{NAMES[format]}")
    return counts, sizes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mb", type=float, default=100)
    parser.add_argument("--formats", default=",".join(FORMATS))
    given = parser.parse_args()
    formats = given.formats.split(",")
    if set(formats) - set(FORMATS):
        parser.error(f"formats are some of {', '.join(FORMATS)}")
    counts, sizes = pack(given.out, given.mb, formats)
    print(f"{'source':28}{'documents':>12}{'MB':>10}")
    for name in sorted(sizes):
        print(f"{name:28}{counts[name]:12,}{sizes[name] / 1e6:10.1f}")
    print(f"{'all':28}{sum(counts.values()):12,}{sum(sizes.values()) / 1e6:10.1f}")


if __name__ == "__main__":
    main()
