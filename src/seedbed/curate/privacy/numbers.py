"""Numbers that lead to a person: phones, payment cards, bank accounts. Checked by digit counts, check digits, groups.

Patterns begin with a plain character and look behind it afterwards: only so can `re` skip to the places that matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CARD = re.compile(r"[0-9](?<![0-9A-Za-z.,+_\-].)(?<!\w\(.)(?:[ \-\u00a0]?[0-9]){12,18}(?![0-9A-Za-z_]|[.,\-][0-9])")
_CARD_SAID = re.compile(
    r"\b(?:card|visa|mastercard|maestro|unionpay|amex|credit|debit|pan)\b[^0-9]{0,12}\Z", re.IGNORECASE
)
_CARD_RANGES = (  # first digits from, to, lengths: the networks' published issuer ranges
    ("4", "4", (13, 16, 19)), ("51", "55", (16,)), ("2221", "2720", (16,)), ("34", "34", (15,)), ("37", "37", (15,)),
    ("6011", "6011", (16, 19)), ("644", "649", (16, 19)), ("65", "65", (16, 19)), ("300", "305", (14, 16)),
    ("36", "36", (14, 16)), ("38", "39", (14, 16)), ("3528", "3589", (16, 19)), ("62", "62", (16, 17, 18, 19)),
    ("5018", "5018", (13, 16, 19)), ("5020", "5020", (13, 16, 19)), ("5038", "5038", (13, 16, 19)),
    ("6304", "6304", (16, 19)), ("6759", "6763", (16, 19)),
)  # fmt: skip

_IBAN = re.compile(r"[0-9](?<=(?<![A-Za-z0-9])(?:[A-Z]{2}|[a-z]{2})[0-9])[0-9](?=[ \u00a0]?[A-Za-z0-9]{4})")
_IBAN_LENGTHS = {  # ISO 13616 registry
    name: int(length)
    for length, names in (
        (15, "NO"), (16, "BE"), (18, "DK FK FI FO GL NL SD"), (19, "MK SI"), (20, "AT BA EE KZ LT LU MN XK"),
        (21, "CH HR LI LV"), (22, "BG BH CR DE GB GE IE ME RS VA"), (23, "AE GI IL IQ OM SO TL"),
        (24, "AD CZ DZ ES MD PK RO SA SE SK TN VG"), (25, "LY PT ST"), (26, "IS TR"), (27, "BI DJ FR GR IT MC MR SM"),
        (28, "AL AZ BY CY DO GT HU LB NI PL SV"), (29, "BR EG PS QA UA"), (30, "JO KW MU YE"), (31, "MT SC"),
        (33, "RU"),
    )
    for name in names.split()
}  # fmt: skip

_GAP = r"[ .\-/\u00a0\u2011\u2013\u202f]"
_PHONE = re.compile(
    r"[+(0-9](?<![\w.,+/=:#$€£%&\-].)"
    rf"(?:(?<=\+)\(?[0-9]|(?<=\()[0-9]|(?<=[0-9]))[0-9]{{0,14}}+\)?"
    rf"(?:(?:{_GAP}{{1,2}}+\(?|\(|(?<=\)))[0-9]{{1,14}}+\)?){{0,9}}"
    r"(?<=[0-9])(?![\w%°€$£]|[.,:/\-][0-9]|-?[A-Za-z])"
)
_NANP = re.compile(
    rf"(?:\+?1{_GAP}?)?(?:\([2-9][0-9]{{2}}\){_GAP}?|[2-9][0-9]{{2}}{_GAP})[2-9][0-9]{{2}}{_GAP}[0-9]{{4}}"
)
_NANP_APART = re.compile(rf"(?<![0-9.]){_NANP.pattern}(?![0-9.])")
_APART = re.compile(rf"{_NANP_APART.pattern}|[+(0-9][0-9()]*(?:{_GAP}[0-9()]+)*[0-9]")
_AREA = re.compile(rf"\([0-9]{{2,5}}\){_GAP}?[0-9]{{3,5}}(?:{_GAP}?[0-9]{{2,4}}){{1,3}}")
_SAID = re.compile(
    r"\b(?:tel|telephone|phone|ph|mobile|cell|cellphone|fax|call|whatsapp|sms|dial|ring|hotline|telefon|telefono|"
    r"teléfono|téléphone|telefax|handy|mobil|móvil|portable|celular|contact)s?\b[^0-9\n]{0,10}\Z|[☎☏📞📱][^0-9]{0,6}\Z",
    re.IGNORECASE,
)
_NOT_SAID = re.compile(
    r"\b(?:isbn|issn|doi|arxiv|pmid|orcid|ean|upc|sku|asin|order|invoice|id|no|nr|ref|serial|part|model|version|patent|"
    r"batch|lot|case|ticket|account)(?:[ -]?1[03])?\b[^0-9A-Za-z]{0,6}\Z",
    re.IGNORECASE,
)
_ZIP = re.compile(r"[0-9]{5}-[0-9]{4}")
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_DATE = re.compile(
    rf"(?<![0-9])(?<![0-9][.\-/])(?:(?:19|20)[0-9]{{2}}[.\-/]{_DAY}[.\-/]{_DAY}|{_DAY}[.\-/]{_DAY}[.\-/](?:19|20)?[0-9]{{2}})"
    r"(?![0-9]|[.\-/][0-9])"
)


def cards(text: str) -> Iterator[tuple[str, int, int]]:
    """13 to 19 digits of a known network, with a right check digit (Luhn) and even grouping. Unbroken runs of 13 or of
    17 and more need a word such as "card" before them: most are counters and 64-bit numbers.
    """
    for match in _CARD.finditer(text):
        digits = re.sub("[^0-9]", "", match.group())
        usual = len(digits) in (14, 15, 16) or len(match.group()) > len(digits)
        said = usual or _CARD_SAID.search(text[max(0, match.start() - 24) : match.start()])
        if said and _is_grouped(match.group()) and _is_issued(digits) and luhn(digits):
            yield "card", *match.span()


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1)."""
    total = sum(int(d) for d in digits[-1::-2]) + sum((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[int(d)] for d in digits[-2::-2])
    return total % 10 == 0 and len(set(digits)) > 1


def _is_grouped(text: str) -> bool:
    return all(len(group) >= 3 for group in re.split("[^0-9]", text))


def _is_issued(digits: str) -> bool:
    return any(lo <= digits[: len(lo)] <= hi and len(digits) in lengths for lo, hi, lengths in _CARD_RANGES)


def ibans(text: str) -> Iterator[tuple[str, int, int]]:
    """Account numbers of a country's length whose check digits are right (ISO 7064, mod 97); single blanks inside."""
    for match in _IBAN.finditer(text):
        start = match.start() - 2
        end = _end_of(text, start, _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0))
        if end and is_iban(re.sub(r"\s", "", text[start:end])):
            yield "iban", start, end


def _end_of(text: str, start: int, length: int) -> int:
    """Where `length` letters and digits from `start` end, at most one blank between; 0 where they do not."""
    place, seen = start, 0
    while seen < length and place < len(text):
        if text[place].isascii() and text[place].isalnum():
            seen += 1
        elif text[place] not in " \u00a0" or not text[place - 1].isalnum():
            return 0
        place += 1
    whole = length > 0 and seen == length and not text[place : place + 1].isalnum()
    return place if whole else 0


def is_iban(code: str) -> bool:
    """Whether the check digits are right; `code` is ASCII letters and digits."""
    return int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def phones(text: str) -> Iterator[tuple[str, int, int]]:
    """International numbers (+, 8 to 15 digits), North American ones, area codes in brackets, national ones with a
    leading 0 in groups; other groupings only after a word such as "tel". Not dates, ISBNs, years, decimals or money.
    """
    for match in _PHONE.finditer(text):
        before = text[max(0, match.start() - 30) : match.start()]
        if _is_phone(match.group(), before):
            yield "phone", *match.span()
        else:  # several in a row read as one long number
            yield from (
                ("phone", match.start() + start, match.start() + end) for start, end in _phones_in(match.group())
            )


def _phones_in(word: str) -> list[tuple[int, int]]:
    """The parts of a run of numbers if every one is a phone, else the North American ones in unmistakable form."""
    parts = list(_APART.finditer(word))
    if len(parts) < 2 or not all(_is_phone(part.group(), "") for part in parts):
        parts = [part for part in _NANP_APART.finditer(word) if set(part.group()) & set("(-")]
    return [part.span() for part in parts if _is_phone(part.group(), "")]


def _is_phone(word: str, before: str) -> bool:
    groups = re.findall("[0-9]+", word)
    count = sum(map(len, groups))
    if not 7 <= count <= 15 or _is_other(word) or _NOT_SAID.search(before):
        return False
    if word.startswith("+"):
        even = all(len(group) > 1 or group == "0" for group in groups[1:]) and len(groups[-1]) > 1
        return count >= 8 and groups[0][0] != "0" and even
    if re.search("[0-9] \\Z", before):  # the rest of a longer number
        return False
    if _SAID.search(before):
        return len(set("".join(groups))) > 1
    if "." in word and len(set(re.findall(_GAP, word))) > 1:
        return False
    if _NANP.fullmatch(word) or (_AREA.fullmatch(word) and count >= 9):
        return True
    return _has_trunk(groups) and count >= 9


def _is_other(word: str) -> bool:
    """A date, years, a decimal, a postal code, or half of a bracket."""
    years = re.search(r"(?<![0-9])(?:19|20)[0-9]{2}(?:\)|[\-\u2013](?:19|20)[0-9]{2})(?![0-9])", word)
    odd = word.count("(") != word.count(")") or word.startswith("0.")
    return odd or years is not None or _ZIP.fullmatch(word) is not None or _DATE.search(word) is not None


def _has_trunk(groups: list[str]) -> bool:
    """Whether groups of two digits or more begin with one 0, or with 00 and a country."""
    first = groups[0]
    trunk = first.startswith("0") and (
        first[1:2] not in ("", "0") or (first.startswith("00") and first[2:3] not in ("", "0"))
    )
    return trunk and len(groups) > 1 and min(map(len, groups)) >= 2
