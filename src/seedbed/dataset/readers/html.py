"""HTML to the text of its main content, whatever its character set."""

from __future__ import annotations

import codecs
import re

from seedbed.dataset.readers.places import optional

CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.I)


def charset_of(content_type: str) -> str | None:
    """The character set that a Content-Type names, if Python knows it."""
    found = CHARSET.search(content_type)
    try:
        return codecs.lookup(found[1]).name if found else None
    except LookupError:
        return None


def html_text(data: bytes, *, charset: str | None = None, extract: bool = True, where: str = "") -> str:
    """The page's main text, or its markup where `extract` is off."""
    markup = decoded(data, charset, where)
    if not extract:
        return markup
    extractor = optional("resiliparse.extract.html2text", "text out of HTML", where)
    text: str = extractor.extract_plain_text(markup, main_content=True, alt_texts=False)
    return text


def decoded(data: bytes, charset: str | None = None, where: str = "") -> str:
    """Text of unknown or misnamed character set: UTF-8 if it can be, else what is named, else the likeliest."""
    if b"\x1b" not in data:  # ISO-2022 looks like UTF-8
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    encoding = optional("resiliparse.parse.encoding", "text of unknown character set", where)
    likeliest = charset or encoding.detect_encoding(data, from_html_meta=True)
    text: str = encoding.bytes_to_str(data, likeliest)
    return text.encode("utf-8", "replace").decode()
