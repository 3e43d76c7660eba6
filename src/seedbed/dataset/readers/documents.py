"""Text, Markdown, reStructuredText and HTML files: one row a file."""

from __future__ import annotations

from collections.abc import Iterator

from seedbed.dataset.readers.base import Reader, Reading, Refused, Row
from seedbed.dataset.readers.html import html_text
from seedbed.dataset.readers.images import decode, sidecars_in
from seedbed.dataset.readers.places import join, kind_of, listing
from seedbed.dataset.readers.streams import plain_name, read_small
from seedbed.registry import register

HTML = (".html", ".htm", ".xhtml")
ENDINGS = (".txt", ".md", ".markdown", ".rst", *HTML)


def documents_in(names: list[str]) -> list[str]:
    """Texts, but not those that are a picture's caption."""
    beside = sidecars_in(names)
    return [name for name in names if plain_name(name).endswith(ENDINGS) and name not in beside]


@register("reader", "text")
class Documents(Reader):
    endings = ENDINGS
    magic = ((0, b"<!doctype html"), (0, b"<!DOCTYPE html"), (0, b"<html"))

    def groups(self, names: list[str]) -> list[str]:
        return documents_in(names)

    def rows(self, reading: Reading) -> Iterator[Row]:
        part, paths = reading.part, [reading.part.path]
        if kind_of(part.path) == "folder":
            names = documents_in([name for name, _ in listing(part.path)[0]])[part.start : part.stop]
            paths = [join(part.path, name) for name in names]
        for path in paths:
            try:
                data = read_small(path, reading)
                if data is not None:
                    text = text_of(path, data, reading.html)
                    yield reading.place(path).row(0, (data,), len(data), {"text": text})
            except Refused as refused:
                reading.refuse(refused.offset, refused.reason, refused.detail, path)
            except OSError as error:
                reading.refuse(0, "unreadable", str(error), path)


def text_of(path: str, data: bytes, extract: bool) -> str:
    markup = plain_name(path).endswith(HTML) or data[:64].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    return html_text(data, extract=extract, where=path) if markup else decode(data)
