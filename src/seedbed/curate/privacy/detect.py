"""Find private data by its form: e-mail, phone, IP address, payment card, IBAN and secret keys.

Each kind is a rule (`keys`, `numbers`, `addresses`) behind a cheap test of whether it can be there at all: clean
documents pay for the tests only. Names and postal addresses have no form, and are not found.

    find("write to ann@example.com")   # [Finding(kind='email', start=9, end=24)]
"""

from __future__ import annotations

import re
from bisect import bisect
from typing import NamedTuple

from seedbed.curate.privacy.addresses import emails, ipv4, ipv6
from seedbed.curate.privacy.keys import Rule
from seedbed.curate.privacy.keys import rules as key_rules
from seedbed.curate.privacy.numbers import cards, ibans, phones

KINDS = ("key", "email", "iban", "card", "ip", "ip_private", "phone")


class Finding(NamedTuple):
    """Where something private stands: character offsets, end exclusive. Not what it is."""

    kind: str
    start: int
    end: int


def find(text: str) -> list[Finding]:
    """Findings from left to right; where rules overlap the surer one is kept, in the order of KINDS."""
    plain = text if text.isascii() else _with_plain_digits(text)
    rules = _possible(plain)
    if not rules:
        return []
    found: list[tuple[int, int, str]] = []
    for rule in rules:
        for kind, start, end in rule(plain):
            place = bisect(found, (start, end, kind))
            clear = place == 0 or found[place - 1][1] <= start
            if clear and (place == len(found) or end <= found[place][0]):
                found.insert(place, (start, end, kind))
    return [Finding(kind, start, end) for start, end, kind in found]


def _possible(text: str) -> list[Rule]:
    """The rules that can find anything, surest first."""
    rules = key_rules(text)
    if "@" in text:
        rules.append(emails)
    if _DIGITS.search(text):
        rules += [ibans, cards, ipv4]
    if text.count(":") > 1 and _COLONS.search(text):
        rules.append(ipv6)
    return [*rules, phones] if ipv4 in rules else rules


# Seven digits with at most three separators between them, as every phone, card and IBAN has, or four dotted numbers.
_DIGITS = re.compile(
    r"[0-9](?:(?:[ .()/\-\u00a0\u2011\u2013\u202f]{0,3}[0-9]){6}|[0-9]{0,2}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9])"
)
_COLONS = re.compile(r":[0-9a-fA-F]{0,4}:")


def _with_plain_digits(text: str) -> str:
    """The text with Arabic-Indic, Persian, Devanagari and full-width digits as 0-9, character for character."""
    return text.translate(_PLAIN) if _FOREIGN.search(text) else text


_ZEROS = (0x0660, 0x06F0, 0x0966, 0xFF10)
_PLAIN = {zero + k: str(k) for zero in _ZEROS for k in range(10)} | {0xFF20: "@", 0xFF0E: ".", 0xFF0B: "+"}
_FOREIGN = re.compile("[" + "".join(map(chr, _PLAIN)) + "]")
