"""E-mail addresses and IP addresses in text."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

_LOCAL = re.compile(r"[\w.%+'\-]{1,64}\Z")
_DOMAIN = re.compile(
    r"(?:[^\W_](?:[\w\-]{0,61}[^\W_])?\.){1,8}(?P<top>[^\W\d_]{2,24}|xn--[a-zA-Z0-9\-]{2,59})(?![\w\-])"
)
# names of files such as logo@2x.png
_FILES = frozenset(
    [
        "png",
        "jpg",
        "jpeg",
        "gif",
        "webp",
        "svg",
        "ico",
        "css",
        "js",
        "mjs",
        "ts",
        "json",
        "html",
        "htm",
        "php",
        "py",
        "map",
        "pdf",
        "mp4",
        "woff",
    ]
)

_USER_INFO = re.compile(r"://[^\s/@<>]{0,64}\Z")
_V4 = re.compile(r"[0-9](?<![\w.\-].)[0-9]{0,2}(?:\.[0-9]{1,3}){3}(?![\w\-]|\.[0-9])")
_V6 = re.compile(
    r"[0-9a-fA-F:](?<![\w:.].)[0-9a-fA-F]{0,3}:[0-9a-fA-F:]{1,36}(?:(?<=:)[0-9]{1,3}(?:\.[0-9]{1,3}){3})?(?![\w:])"
)
_VERSION = re.compile(
    r"(?:\bv|\bver\.?|versions?|release|\brev\.?|revision|build|firmware|section|§|==|>=|<=|~=|\^)[ :=]*\Z", re.I
)
_MEANT = re.compile(
    r"\b(?:ips?|ipv4|address|addresses|host|server|dns|ping|gateway|proxy|subnet)\b[^0-9]{0,16}\Z", re.I
)

_PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
        "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip


def emails(text: str) -> Iterator[tuple[str, int, int]]:
    """Addresses around each @ (RFC 5321 without quoted and bracketed forms); letters of any script."""
    at = text.find("@")
    while at >= 0:
        local = _LOCAL.search(text[max(0, at - 64) : at])
        domain = _DOMAIN.match(text, at + 1)
        if local and domain and domain["top"].lower() not in _FILES:
            start = at - len(local.group().lstrip(".'-%"))
            if start < at and not _is_login(text, start, at, domain.end()):
                yield "email", start, domain.end()
        at = text.find("@", at + 1)


def _is_login(text: str, start: int, at: int, end: int) -> bool:
    """git@example.com:owner/name and ssh://name@host say where something is, not who somebody is."""
    if _USER_INFO.search(text[max(0, start - 72) : start]):
        return True
    return text[start:at] == "git" and text[end : end + 1] in (":", "/")


def ipv4(text: str) -> Iterator[tuple[str, int, int]]:
    """IPv4 addresses: `ip_private` in private, local and multicast ranges, else `ip`. With fewer than
    two numbers of two digits they count only after a word such as "IP" or in 10. and 127., since most are versions.
    """
    for match in _V4.finditer(text):
        before = text[max(0, match.start() - 24) : match.start()]
        parts = match.group().split(".")
        valid = all(int(part) < 256 and (part == "0" or part[0] != "0") for part in parts)
        small = sum(len(part) > 1 for part in parts) < 2 and parts[0] not in ("10", "127")
        if valid and not _VERSION.search(before) and (not small or _MEANT.search(before)):
            yield _kind(match.group()), *match.span()


def ipv6(text: str) -> Iterator[tuple[str, int, int]]:
    """IPv6 addresses, as `ipv4` names them."""
    for match in _V6.finditer(text):
        if _is_v6(match.group()):
            yield _kind(match.group()), *match.span()


def _is_v6(word: str) -> bool:
    """A valid address with two groups and a digit at least: `a::b` and `::` are code. `::1` passes."""
    groups = [group for group in word.split(":") if group]
    if word != "::1" and (len(groups) < 3 or not any(c.isdigit() for c in word)):
        return False
    try:
        ipaddress.IPv6Address(word)
    except ValueError:
        return False
    return True


def _kind(word: str) -> str:
    address = ipaddress.ip_address(word)
    return "ip_private" if any(address in network for network in _PRIVATE) else "ip"
