"""What made what: content hashes, code version, machine, and the evidence behind every number.

A stage's key is the hash of (operator, its version, its arguments, the keys of its inputs), so the same
work is recognised wherever it appears. `Evidence` ties a published number to the stage, file, place in
the file and seeds that it came from.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Evidence:
    """Where a number comes from: `pointer` is a JSON pointer into `file`, or `column[row]` of a table."""

    id: str
    value: float | int | str | None
    stage: str
    key: str
    seeds: list[int] = field(default_factory=list)
    file: str = ""
    pointer: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        return cls(**data)


def numbers(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], float | int]]:
    """Every number inside plain data, with the keys and positions that lead to it."""
    if isinstance(value, bool):
        return []
    if isinstance(value, (int, float)):
        return [(path, value)]
    items: list[tuple[str, Any]] = []
    if isinstance(value, Mapping):
        items = [(str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        items = [(str(place), inner) for place, inner in enumerate(value)]
    return [found for key, inner in items for found in numbers(inner, (*path, key))]


def evidence_in(
    content: Any, *, prefix: Sequence[str] = (), stage: str, key: str, seeds: Sequence[int], file: str, under: str = ""
) -> list[Evidence]:
    """One piece of evidence for each number in plain data that stands at `under` (a JSON pointer) of `file`."""
    return [
        Evidence(".".join([*prefix, *path]), value, stage, key, list(seeds), file, under + pointer(path))
        for path, value in numbers(content)
    ]


def pointer(path: Sequence[str]) -> str:
    """The JSON pointer (RFC 6901) of keys and positions."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def pointed(place: str) -> tuple[str, ...]:
    """The keys and positions of a JSON pointer."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in place.split("/")[1:])


def at(value: Any, place: str) -> Any:
    """What a JSON pointer leads to; KeyError where it leads nowhere."""
    for key in pointed(place):
        if isinstance(value, Mapping):
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            raise KeyError(place)
    return value


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values have equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """sha256 (hex) of the canonical text of a plain value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """sha256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def row_rng(world: str, version: str, seed: int, index: int, stream: str = "plan") -> np.random.Generator:
    """The counter-based generator (Philox 4x64) of one row: its own for each (world, version, seed, index).

    `stream` separates uses within the row, so that drawing more numbers for one never shifts another.
    """
    import numpy as np

    key = np.array([_stream_key(world, version, stream), seed & 0xFFFF_FFFF_FFFF_FFFF], dtype=np.uint64)
    counter = np.array([0, 0, 0, index], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))


@lru_cache(maxsize=1024)
def _stream_key(world: str, version: str, stream: str) -> int:
    mixed = hashlib.sha256(f"{world}@{version}/{stream}".encode()).digest()
    return int.from_bytes(mixed[:8], "little")


def row_id(world: str, version: str, seed: int, index: int) -> str:
    """The identity of a generated row: `world@version/seed/index`. From it alone the row is made again."""
    return f"{world}@{version}/{seed}/{index}"


@lru_cache(maxsize=1)
def code_version() -> dict[str, Any]:
    """The package's version and, in a checkout, its commit and whether files differ from it."""
    import seedbed

    found: dict[str, Any] = {"version": seedbed.__version__, "commit": None, "modified": None}
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return found
    commit = _git(root, "rev-parse", "HEAD")
    if commit:
        found["commit"] = commit
        found["modified"] = bool(_git(root, "status", "--porcelain", "--", "src", "recipes"))
    return found


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@lru_cache(maxsize=1)
def source_digest() -> str:
    """One hash over the package's own source files: what `code_version` says when there is no checkout."""
    total = hashlib.sha256()
    root = Path(__file__).resolve().parent
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".yaml", ".j2", ".css"}:
            total.update(f"{path.relative_to(root)}\0".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def packages(names: tuple[str, ...] = ()) -> dict[str, str]:
    """Installed versions of the packages whose behaviour can change a result."""
    wanted = names or (
        "numpy", "pyarrow", "pylance", "warp-lang", "pillow", "scipy", "torch", "scikit-learn", "cleanlab",
        "matplotlib",
    )  # fmt: skip
    found = {}
    for name in wanted:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """The machine, without anything that names its owner."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
    }


def cpu_name() -> str:
    """The processor's model name, or its architecture where the system does not tell."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (ValueError, OSError, AttributeError):
        return None
