"""Content credentials of datasets: who signs, what is said of a row, and whether a signed picture can be made again.

    check(Path("a.png"))       # its credentials, and for Seedbed's own: made again from world, seed and index

A signed row carries its picture's program, so that a picture alone is enough to make it again and compare.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seedbed.dataset.credentials import Credentials, read_credentials
from seedbed.errors import SeedbedError, UsageError
from seedbed.lineage import canonical, row_id

if TYPE_CHECKING:
    from seedbed.document.credentials import Certificate

CERTIFICATE, KEY, TRUST = "SEEDBED_C2PA_CERTIFICATE", "SEEDBED_C2PA_KEY", "SEEDBED_C2PA_TRUST"
TRAINING = "SEEDBED_C2PA_TRAINING"  # allowed, notAllowed or constrained, for every use below
USES = ("cawg.ai_training", "cawg.ai_generative_training", "cawg.ai_inference", "cawg.data_mining")
WORDS = ("allowed", "notAllowed", "constrained")
COMPOSED = {"stickers": "composite"}  # worlds that put together pictures drawn by people; IPTC's term for that
PROGRAM = ("world", "version", "options", "design", "design_version")
LONGEST = 1 << 16  # characters of a program; a longer one from a stranger's file is not run


def certificate() -> Certificate:
    """The one that the environment names (SEEDBED_C2PA_CERTIFICATE, SEEDBED_C2PA_KEY), else a test's, made here."""
    from seedbed.document.credentials import load_certificate, local_test_certificate

    chain, key = os.environ.get(CERTIFICATE), os.environ.get(KEY)
    if bool(chain) != bool(key):
        missing = KEY if chain else CERTIFICATE
        raise UsageError(f"{missing} is not set", where="content credentials", hint="set both, or neither for a test")
    return load_certificate(chain, key) if chain and key else local_test_certificate()


def training_wanted() -> dict[str, str]:
    """What SEEDBED_C2PA_TRAINING says of every use by models; nothing where it is not set."""
    word = os.environ.get(TRAINING, "")
    if word and word not in WORDS:
        raise UsageError(f"{TRAINING} is {word}", where="content credentials", hint=f"give one of {', '.join(WORDS)}")
    return dict.fromkeys(USES, word) if word else {}


def origin_of(row: Mapping[str, Any], program: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is said of a generated row: its identity and licence, and the program of its picture (as JSON text)."""
    said = {name: row[name] for name in ("world", "version", "seed", "index", "id")}
    said["licence"] = row.get("licence")
    if program is not None:
        said["program"] = canonical(picture_program(program))
    return said


def picture_program(program: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a program that pixels depend on: no questions, no captions."""
    return {**{name: program[name] for name in PROGRAM if name in program}, "questions": 0}


def trusted(path: str | Path | None = None) -> str:
    """Anchors (PEM) of the file that is given or that SEEDBED_C2PA_TRUST names; "" where neither is."""
    named = path or os.environ.get(TRUST)
    if not named:
        return ""
    try:
        text = Path(named).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(getattr(error, "strerror", None) or "not PEM", where=str(named)) from None
    if "BEGIN CERTIFICATE" not in text:
        raise UsageError("no certificate in PEM form", where=str(named))
    return text


def check(path: str | Path, *, anchors: str = "", again: bool = True) -> dict[str, Any]:
    """A file's credentials (see dataset.credentials), embedded or in NAME.c2pa beside it, and `made_again`.

    `made_again`: identical, near (within what CPU types may differ by), differs, or why it was not tried; null for
    pictures that are not Seedbed's. `ok` is False where the file is not as it was signed, or differs when made again.
    """
    file = Path(path)
    try:
        data = file.read_bytes()
        side = file.with_suffix(".c2pa")
        sidecar = side.read_bytes() if side.is_file() and side != file else None
    except OSError as error:
        raise UsageError(error.strerror or "cannot be read", where=str(path)) from None
    found = read_credentials(data, sidecar, anchors=anchors)
    made = made_again(data, found) if again and found.intact and found.origin else None
    ok = found.state not in ("invalid", "unreadable") and made != "differs"
    return {"path": str(path), "kind": "file", "ok": ok, **found.to_dict(), "made_again": made}


def made_again(data: bytes, found: Credentials) -> str:
    """Make the row that an origin names again and compare pixels: identical, near, differs, or why not tried."""
    from seedbed.run.generate import make_rows

    try:
        program, seed, index = _program(found.origin)
        row = make_rows(program, seed, [index])
    except SeedbedError as error:
        return f"not tried: {error.line}"
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:  # a stranger's file may say anything
        return f"not tried: the origin cannot be used ({type(error).__name__})"
    image = row["image"][0].as_py() if "image" in row.column_names else None
    return "differs" if image is None else _compared(data, image)


def _program(origin: Mapping[str, Any]) -> tuple[dict[str, Any], int, int]:
    """The program that an origin carries, its seed and its row; UsageError where it carries none that fits."""
    import json

    text = origin.get("program")
    if not isinstance(text, str) or len(text) > LONGEST:
        raise UsageError("the credentials carry no program of the picture")
    seed, index, version = origin["seed"], origin["index"], str(origin["version"])
    if type(seed) is not int or type(index) is not int or index < 0 or seed < 0:
        raise UsageError("seed and index are not numbers of a row")
    program = picture_program(json.loads(text))
    if program["world"] != origin["world"] or not f"{version}.".startswith(f"{program['version']}."):
        raise UsageError("the program is of another world or version than the credentials say")
    if origin.get("id") not in (None, row_id(str(origin["world"]), version, seed, index)):
        raise UsageError("the row's id is not of this world, version, seed and index")
    return program, seed, index


def _compared(data: bytes, made: bytes) -> str:
    from PIL import Image

    from seedbed.dataset.images import decode
    from seedbed.run.verify import pictures_alike

    try:
        same = np.array_equal(decode(data), decode(made))
    except (OSError, ValueError, Image.DecompressionBombError):
        return "not tried: the picture cannot be opened"
    return "identical" if same else "near" if pictures_alike(data, made) else "differs"
