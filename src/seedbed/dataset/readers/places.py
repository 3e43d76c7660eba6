"""Files and folders, on this machine or behind an fsspec URL. fsspec is imported only for URLs."""

from __future__ import annotations

import glob
import re
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, cast

from seedbed.errors import UsageError

URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
WILD = re.compile(r"[*?\[]")

Listing = tuple[list[tuple[str, int]], list[str]]  # files with their sizes, folders; names, sorted


def is_url(path: str) -> bool:
    return bool(URL.match(path))


def optional(module: str, purpose: str, where: str = "") -> Any:
    """A module of the extra `web`; one clear line where it is not installed."""
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        hint = "pip install 'seedbed[web]'"
        raise UsageError(f"{purpose} needs {package}", where=where, hint=hint) from None


def remote(url: str) -> tuple[Any, str]:
    """The file system and the path in it that a URL names."""
    core = optional("fsspec.core", "reading URLs", url)
    try:
        system, path = core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise UsageError(f"cannot be opened ({error})", where=url) from None
    return system, path


def open_binary(path: str) -> BinaryIO:
    if is_url(path):
        system, inner = remote(path)
        return cast(BinaryIO, system.open(inner, "rb"))
    return Path(path).open("rb")


def size_of(path: str) -> int:
    if is_url(path):
        system, inner = remote(path)
        return int(system.size(inner) or 0)
    return Path(path).stat().st_size


def kind_of(path: str) -> str | None:
    """ "file", "folder", or None where there is neither."""
    if is_url(path):
        system, inner = remote(path)
        return "file" if system.isfile(inner) else "folder" if system.isdir(inner) else None
    local = Path(path)
    return "file" if local.is_file() else "folder" if local.is_dir() else None


def listing(folder: str) -> Listing:
    """A folder's visible files and folders. Hidden names and markers (`.x`, `_SUCCESS`) are left out."""
    files, folders = _remote_listing(folder) if is_url(folder) else _local_listing(folder)
    return (
        sorted((name, size) for name, size in files if name[0] not in "._"),
        sorted(name for name in folders if name[0] not in "._"),
    )


def _local_listing(folder: str) -> Listing:
    entries = list(Path(folder).iterdir())
    files = [(entry.name, entry.stat().st_size) for entry in entries if entry.is_file()]
    return files, [entry.name for entry in entries if entry.is_dir() and not entry.is_symlink()]


def _remote_listing(folder: str) -> Listing:
    system, inner = remote(folder)
    found = [(str(e["name"]).rstrip("/").rpartition("/")[2], e) for e in system.ls(inner, detail=True)]
    files = [(name, int(e["size"] or 0)) for name, e in found if name and e["type"] == "file"]
    return files, [name for name, e in found if name and e["type"] == "directory"]


def join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if folder != "." else name


def expand(pattern: str) -> list[str]:
    """Paths that a pattern with wildcards names, sorted."""
    if is_url(pattern):
        system, inner = remote(pattern)
        return sorted(system.unstrip_protocol(path) for path in system.glob(inner))
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  # Path.glob takes no absolute patterns


def fixed_folder(pattern: str) -> str:
    """The folder before a pattern's first wildcard."""
    return pattern[: WILD.search(pattern).start()].rpartition("/")[0] if WILD.search(pattern) else pattern  # type: ignore[union-attr]


def relative(path: str, root: str) -> str:
    """`path` below `root` with forward slashes; its last name where it is not below it."""
    tidy, base = path.replace("\\", "/"), root.replace("\\", "/").rstrip("/")
    if base and tidy.startswith(f"{base}/"):
        return tidy[len(base) + 1 :]
    return tidy if base == "." and not tidy.startswith("/") else tidy.rstrip("/").rpartition("/")[2]
