"""A contact sheet of rows with their questions, answers and programs, and captions, as one PNG."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from seedbed.dataset.images import decode

PICTURE = 240  # pixels of a picture's longer side
TEXT = 760  # pixels of the text beside it
LINE, MARGIN, LETTERS = 17, 12, 104
BLACK, GREEN, GRAY = (20, 20, 20), (0, 95, 45), (105, 105, 105)


def question_sheet(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """PNG of rows with `image` and, where they have them, `questions` and `captions`; a row below the other."""
    panels = [_panel(row) for row in rows]
    sheet = Image.new("RGB", (PICTURE + TEXT + 3 * MARGIN, sum(p.height for p in panels)), "white")
    top = 0
    for panel in panels:
        sheet.paste(panel, (0, top))
        top += panel.height
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def lines_of(row: Mapping[str, Any]) -> list[tuple[str, tuple[int, int, int]]]:
    """The text beside a row's picture, wrapped, with colours: question black, answer green, program gray."""
    made: list[tuple[str, tuple[int, int, int]]] = []
    for q in row.get("questions") or ():
        made += _wrapped(q["question"], BLACK)
        options = f"   of: {' | '.join(q['options'])}" if q["options"] else ""
        made += _wrapped(f"{q['answer']}{options}   [{q['family']}]", GREEN)
        made += _wrapped(q["program"], GRAY)
    for caption in row.get("captions") or ():
        made += _wrapped(f"{caption['style']}: {caption['text']}", BLACK)
    return made


def _wrapped(text: str, color: tuple[int, int, int]) -> list[tuple[str, tuple[int, int, int]]]:
    return [(line, color) for part in text.splitlines() for line in textwrap.wrap(part, LETTERS) or [""]]


def _panel(row: Mapping[str, Any]) -> Image.Image:
    pixels = decode(row["image"])
    picture = Image.fromarray(np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels[..., :3])
    scale = PICTURE / max(picture.size)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    lines = lines_of(row)
    height = max(picture.height, LINE * len(lines)) + 2 * MARGIN
    panel = Image.new("RGB", (PICTURE + TEXT + 3 * MARGIN, height), "white")
    panel.paste(picture, (MARGIN, MARGIN))
    draw, font = ImageDraw.Draw(panel), ImageFont.load_default(13)
    for k, (text, color) in enumerate(lines):
        draw.text((PICTURE + 2 * MARGIN, MARGIN + k * LINE), text, fill=color, font=font)
    draw.line([(0, height - 1), (panel.width, height - 1)], fill=(210, 210, 210))
    return panel
