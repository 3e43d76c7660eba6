"""The measures of a document as plain Python says them: what the kernels must agree with, number for number."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from seedbed.curate.text.scan import BRACKETS, BULLETS, ENDS, QUOTES, STOP_WORDS

C4_LINES = ("javascript", "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")  # fmt: skip


def norm(word: str) -> str:
    kept = [c for c in word if c.isalpha() or unicodedata.category(c) == "Nd"]
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in kept)


def starts_with_letter_boundary(text: str, phrase: str) -> int:
    return len(re.findall(rf"(?<![^\W\d_]){re.escape(phrase)}", text, re.I))


def ellipses(text: str) -> int:
    return sum(len(run) // 3 for run in re.findall(r"\.+", text)) + text.count("…")


def duplicated(items: list[tuple[str, int]]) -> tuple[int, int]:
    seen, again, chars = set(), 0, 0
    for item, n in items:
        if item in seen:
            again, chars = again + 1, chars + n
        seen.add(item)
    return again, chars


def top(words: list[str], n: int) -> int:
    grams = Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))
    best = max(grams.values(), default=0)
    if best < 2:
        return 0
    first = next(g for g in grams if grams[g] == best)  # in order of appearance
    return best * len(" ".join(first))


def covered(words: list[str], n: int) -> int:
    seen, chars, i = set(), 0, 0
    while i <= len(words) - n:
        gram = tuple(words[i : i + n])
        if gram in seen:
            chars += len(" ".join(gram))
            i += n
        else:
            seen.add(gram)
            i += 1
    return chars


def sentences(line: str) -> int:
    ends = re.findall(rf"[{re.escape(ENDS)}][{re.escape(QUOTES)}]*(?=\s|$)", line)
    return max(1, len(ends))


def c4_keeps(line: str) -> bool:
    words = line.split()
    closed = line[-1] in ENDS + QUOTES and not line.endswith(("...", "…"))
    if not closed or len(words) < 3 or any(len(w) > 1000 for w in words):
        return False
    return not any(starts_with_letter_boundary(line, p) for p in C4_LINES)


def by_hand(text: str) -> dict[str, float | None]:
    words = text.split()
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    groups = [[line for line in part.split("\n") if line.strip()] for part in re.split(r"\n(?:[^\S\n]*\n)+", text)]
    paragraphs = [[line.strip() for line in group] for group in groups if group]
    letters = [c for c in text if c.isalpha()]
    digits = sum(unicodedata.category(c) == "Nd" for c in text)
    spaces = sum(c.isspace() for c in text)
    kept = [line for line in lines if c4_keeps(line)]
    line_again = duplicated([(" ".join(line.split()), len(line)) for line in lines])
    paragraph_again = duplicated([("\n".join(" ".join(x.split()) for x in p), len("\n".join(p))) for p in paragraphs])

    def over(a: float, b: float) -> float | None:
        return a / b if b else None

    norms = {norm(w) for w in words}
    return {
        "chars": len(text),
        "words": len(words),
        "lines": len(lines),
        "paragraphs": len(paragraphs),
        "mean_word_length": over(sum(map(len, words)), len(words)),
        "longest_word": max(map(len, words), default=0),
        "mean_line_length": over(sum(map(len, lines)), len(lines)),
        "alpha_words": over(sum(any(c.isalpha() for c in w) for w in words), len(words)),
        "stop_words": sum(w in norms for w in STOP_WORDS),
        "hash_ratio": over(text.count("#"), len(words)),
        "ellipsis_ratio": over(ellipses(text), len(words)),
        "bullet_lines": over(sum(x[0] in BULLETS for x in lines), len(lines)),
        "ellipsis_lines": over(sum(x.endswith(("...", "…")) for x in lines), len(lines)),
        "end_lines": over(sum(x[-1] in ENDS + QUOTES for x in lines), len(lines)),
        "short_lines": over(sum(len(x) <= 30 for x in lines), len(lines)),
        "newline_ratio": over(text.count("\n"), len(words)),
        "upper_share": over(sum(c.isupper() for c in letters), len(letters)),
        "digit_share": over(digits, len(text)),
        "symbol_share": over(len(text) - len(letters) - digits - spaces, len(text)),
        "bracket_share": over(sum(c in BRACKETS for c in text), len(text)),
        "curly_brackets": text.count("{"),
        "lorem_ipsum": int(starts_with_letter_boundary(text, "lorem ipsum") > 0),
        "links": over(sum(starts_with_letter_boundary(text, p) for p in ("http://", "https://")), len(words)),
        "c4_sentences": sum(map(sentences, kept)),
        "c4_kept": over(sum(map(len, kept)), sum(map(len, lines))),
        "unique_words": over(len(set(words)), len(words)),
        "dup_lines": over(line_again[0], len(lines)),
        "dup_line_chars": over(line_again[1], len(text)),
        "dup_paragraphs": over(paragraph_again[0], len(paragraphs)),
        "dup_paragraph_chars": over(paragraph_again[1], len(text)),
        **{f"top_{n}_gram": over(top(words, n), len(text)) for n in (2, 3, 4)},
        **{f"dup_{n}_gram": over(covered(words, n), len(text)) for n in range(5, 11)},
    }
