"""Secret keys in text: blocks and tokens of known form, and what is assigned to a name such as `api_key`."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator

Spans = Iterator[tuple[str, int, int]]
Rule = Callable[[str], Spans]

_PREFIXES = ("AKIA", "ASIA", "AIza", "eyJ", "xox", "sk-", "glpat-")
_UNDERSCORED = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "k_live_", "k_test_", "hf_")
_NAMES = ("key", "secret", "token", "passw", "credential")

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_\-]{20,64}"
    r"|xox[abeoprs]-[A-Za-z0-9\-]{10,250}"
    r"|AIza[0-9A-Za-z_\-]{35}"
    r"|eyJ[A-Za-z0-9_\-]{8,4000}\.eyJ[A-Za-z0-9_\-]{8,8000}\.[A-Za-z0-9_\-]{8,2000}"
    r"|[sr]k_(?:live|test)_[A-Za-z0-9]{16,200}|sk-[A-Za-z0-9_\-]{24,200}|hf_[A-Za-z0-9]{30,60}"
    r")(?![A-Za-z0-9_])"
)
_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_BLOCK_END = re.compile(r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----")
_BLOCK_BODY = re.compile(r"[A-Za-z0-9+/=\s\\:,.\-]*")
_ASSIGNED = re.compile(  # from the end of a telling name on
    r"[\w\-]{0,24}[\"'\]]{0,2}\s{0,3}(?::=|=>|[=:])\s{0,3}[\"']?(?:Bearer )?"
    r"(?P<value>[A-Za-z0-9+/=_\-.~!$%^&*]{16,256})"
)
_KEY_OF = ("api", "access", "private", "client", "secret", "auth", "account", "encryption", "signing", "service")
_LOGIN = re.compile(r"(?<=://)[^\s/:@<>\"']{1,64}:(?P<value>[^\s/:@<>\"']{3,128})(?=@[\w\[])")
_EXAMPLE = re.compile(
    r"(?:my|your)?[_\-]?(?:pass|password|passwd|pwd|secret|token)|x+|\*+|\.+|\$\{?\w+\}?|\{\w+\}", re.I
)
_LONGEST_BLOCK = 20_000
_ENTROPY = 3.5


def rules(text: str) -> list[Rule]:
    """The rules that can find a key in this text: what tells is looked for word by word, which is what is fast."""
    found: list[Rule] = []
    if "PRIVATE KEY" in text:
        found.append(_blocks)
    if any(prefix in text for prefix in (_PREFIXES + _UNDERSCORED if "_" in text else _PREFIXES)):
        found.append(_tokens)
    if "://" in text and "@" in text:
        found.append(_logins)
    low = text.lower()
    if any(name in low for name in _NAMES):
        found.append(_assigned)
    return found


def _tokens(text: str) -> Spans:
    return (("key", *match.span()) for match in _TOKEN.finditer(text))


def _logins(text: str) -> Spans:
    found = (match for match in _LOGIN.finditer(text) if not _EXAMPLE.fullmatch(match["value"]))
    return (("key", *match.span("value")) for match in found)


def _assigned(text: str) -> Spans:
    low = text.lower()
    if len(low) != len(text):  # a few capitals become two letters: offsets must hold
        low = "".join(c.lower() if c.isascii() else c for c in text)
    for name in _NAMES:
        place = low.find(name)
        while place >= 0:
            match = _ASSIGNED.match(text, place + len(name)) if _tells(low, name, place) else None
            if match and is_random(match["value"]):
                yield "key", *match.span("value")
            place = low.find(name, place + 1)


def _tells(low: str, name: str, place: int) -> bool:
    """Whether the name is telling: any but "key", which must be the key of something."""
    return name != "key" or low[max(0, place - 12) : place].rstrip("_-").endswith(_KEY_OF)


def _blocks(text: str) -> Spans:
    """PEM blocks; one without an end reaches as far as its letters do. A bare mention of the header is none."""
    for head in _BLOCK.finditer(text):
        tail = _BLOCK_END.search(text, head.end(), head.end() + _LONGEST_BLOCK)
        body = _BLOCK_BODY.match(text, head.end(), tail.start() if tail else head.end() + _LONGEST_BLOCK)
        solid = body and max(map(len, re.findall(r"[A-Za-z0-9+/=]+", body.group())), default=0) >= 32
        if solid and body:
            yield "key", head.start(), tail.end() if tail and body.end() == tail.start() else body.end()


def is_random(value: str) -> bool:
    """Whether a value looks drawn rather than written: letters and digits, 3.5 bits a character or more of entropy,
    and no run of five lower-case letters beside an underscore or dot, as names in code have.
    """
    if sum(c.isdigit() for c in value) < 2 or not any(c.isalpha() for c in value):
        return False
    if re.search(r"(?:^|[_.\-])[a-z]{4,}[_.\-]", value):
        return False
    counts = Counter(value).values()
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
    return entropy >= min(_ENTROPY, 0.85 * math.log2(len(value)))
