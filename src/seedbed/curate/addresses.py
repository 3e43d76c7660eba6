"""Web addresses, brought to one form so that lists can be compared with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from seedbed.errors import UsageError


class Address(NamedTuple):
    """A host in lower-case ASCII without a final dot, and the path with its query, beginning with /."""

    host: str
    path: str


_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_\-]{0,61}[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*"
)


def address(url: str) -> Address | None:
    """The parts of an http(s) address, with or without its scheme; None where it cannot be read."""
    text = url.strip()
    if "://" not in text:
        text = f"http:{text}" if text.startswith("//") else f"http://{text}"
    try:
        parts = urlsplit(text)
        host = host_name(parts.hostname or "")
    except ValueError:
        return None
    if not host or parts.scheme not in ("http", "https"):
        return None
    return Address(host, encoded((parts.path or "/") + (f"?{parts.query}" if parts.query else "")))


def encoded(path: str) -> str:
    """Percent-encoded alike: what need not be encoded is not, letters of codes are capitals (RFC 9309, 2.2.2)."""
    plain = re.sub("%([0-9A-Fa-f]{2})", _decoded, path)
    return quote(plain, safe="/%:?#[]@!$&'()*+,;=-._~")


def _decoded(match: re.Match[str]) -> str:
    letter = chr(int(match[1], 16))
    return letter if letter.isascii() and (letter.isalnum() or letter in "-._~") else match[0].upper()


def host_name(text: str) -> str | None:
    """A host in lower-case ASCII (IDNA), None where it is none."""
    host = text.strip().lower().removesuffix(".")
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return host if _HOST.fullmatch(host) else None


def domains_of(host: str) -> Iterator[str]:
    """The host and every domain above it: a.b.example, b.example, example."""
    while host:
        yield host
        host = host.partition(".")[2]


def lines_of(path: Path) -> list[tuple[str, str]]:
    """(where, line) of a list's lines without comments (#) and blanks. UsageError where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("the list cannot be read", where=str(path), hint=f"{type(error).__name__}: UTF-8?") from error
    if "\0" in text:
        raise UsageError("the list is not text", where=str(path))
    found = ((f"{path}:{k}", re.sub(r"(?:^|\s)#.*", "", line).strip()) for k, line in enumerate(text.splitlines(), 1))
    return [(where, line) for where, line in found if line]
