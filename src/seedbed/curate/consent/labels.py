"""Refusals written beside a picture: headers, meta tags, content credentials. An unknown word is a refusal.

    tdm-reservation   "1" refuses, "0" does not (TDM reservation protocol)
    robots            comma-separated; noai, noimageai and noml refuse; the search engines' own words do not
    training-mining   content credentials (C2PA, CAWG): "allowed" does not; "notAllowed", "constrained" do; or the
                      assertion's JSON, of which every entry must be allowed
    headers           lines "Name: value" of the headers above; other headers say nothing of this

Names are compared without case, and - and _ are alike: X-Robots-Tag, x_robots_tag.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_NEUTRAL = frozenset(
    [
        "all",
        "index",
        "follow",
        "noindex",
        "nofollow",
        "none",
        "noarchive",
        "nosnippet",
        "noimageindex",
        "notranslate",
        "nocache",
        "noodp",
        "noydir",
        "nositelinkssearchbox",
        "indexifembedded",
        "archive",
        "snippet",
        "imageindex",
    ]
)
_NEUTRAL_WITH_VALUE = re.compile(
    r"(?:max-snippet|max-image-preview|max-video-preview)\s*:\s*[a-z0-9\-]+|unavailable_after\s*:.*"
)


def reservation_refuses(value: str) -> bool:
    """Of `tdm-reservation`."""
    return value.strip().strip("\"'") != "0"


def robots_refuses(value: str) -> bool:
    """Of a robots meta tag or X-Robots-Tag, with or without an agent's name before the words."""
    words = [word.strip() for word in re.sub(r"(unavailable_after\s*:)[^;]*", r"\1x", value.lower()).split(",")]
    return any(word and not _is_neutral(word) for word in words)


def _is_neutral(word: str) -> bool:
    if word in _NEUTRAL or _NEUTRAL_WITH_VALUE.fullmatch(word):
        return True
    agent, sign, rest = word.partition(":")
    named = bool(sign) and re.fullmatch(r"[a-z][a-z\-]*bot[a-z\-]*|bot", agent.strip()) is not None
    return named and _is_neutral(rest.strip())


def mining_refuses(value: str) -> bool:
    """Of a content credential's training and data-mining assertion: a word, or JSON."""
    text = value.strip()
    if text[:1] not in '{["':
        return text.lower() != "allowed"
    try:
        uses = list(_uses(json.loads(text)))
    except (ValueError, RecursionError):
        return True
    return not uses or any(use != "allowed" for use in uses)


def _uses(node: Any) -> Any:
    """Every `use` in the assertion, lower-case; the string itself where it is only one."""
    if isinstance(node, str):
        yield node.lower()
    elif isinstance(node, dict):
        for name, value in node.items():
            if name.lower() == "use":
                yield str(value).lower()
            elif isinstance(value, dict | list):
                yield from _uses(value)
    elif isinstance(node, list):
        for value in node:
            yield from _uses(value)


def headers_refuse(value: str) -> bool:
    """Of headers as text: known ones decide; a line that is no header refuses."""
    for line in filter(None, map(str.strip, value.splitlines())):
        name, sign, rest = line.partition(":")
        if not sign:
            return True
        reader = READERS.get(plain(name))
        if reader and rest.strip() and reader(rest):
            return True
    return False


def plain(name: str) -> str:
    """A column's or header's name, compared without case, - and _ alike."""
    return name.strip().lower().replace("_", "-")


READERS: dict[str, Callable[[str], bool]] = {
    "tdm-reservation": reservation_refuses,
    "robots": robots_refuses,
    "x-robots-tag": robots_refuses,
    "training-mining": mining_refuses,
    "cawg.training-mining": mining_refuses,
    "c2pa.training-mining": mining_refuses,
    "headers": headers_refuse,
}
