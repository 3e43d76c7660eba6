"""Small files written whole or not at all: to a neighbour first, fsynced, then renamed."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from seedbed.errors import PartialError, UsageError

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


def write_text(path: Path, text: str) -> Path:
    """Write a text file atomically and durably; UsageError when the place cannot be written."""
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with part.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    return path


def write_json(path: Path, value: Any) -> Path:
    """Write a JSON file (indented, keys in the given order, no NaN) atomically."""
    return write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; UsageError naming file and line when it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError("no such file", where=str(path)) from None
    except json.JSONDecodeError as error:
        raise UsageError(f"not JSON ({error.msg})", where=f"{path}:{error.lineno}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", where=str(path)) from None


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the system's refusals to write into one clear line."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE or "No space left" in str(error):
            raise PartialError("the disk is full", where=str(path), hint="free space, then run again") from None
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise UsageError("cannot write here", where=str(path), hint="choose another --out") from None
        if error.errno in {errno.ENOTDIR, errno.EEXIST, errno.EISDIR}:
            raise UsageError("a file is in the way", where=str(path), hint="choose another --out") from None
        raise
