"""A small, safe Markdown to HTML: headings, paragraphs, lists, tables, emphasis, code, anchors.

Everything is escaped first; links may only point inside the document (`#...`) or be relative.
"""

from __future__ import annotations

import html
import re

_INLINE = [
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])"), r"<em>\1</em>"),
]
_BULLET = re.compile(r"^\s*[-*]\s+")
_LINK = re.compile(r"\[([^\]]+)\]\((#[\w.:\-\[\],=]+)\)")


def to_html(text: str, *, heading_shift: int = 2) -> str:
    """HTML of a Markdown text; `# x` becomes <h{1 + heading_shift}>."""
    blocks, out = re.split(r"\n\s*\n", text.strip()), []
    for block in blocks:
        lines = block.splitlines()
        while lines and (match := re.match(r"(#{1,5})\s+(.*)", lines[0])):
            level = min(6, len(match.group(1)) + heading_shift)
            out.append(f"<h{level}>{inline(match.group(2))}</h{level}>")
            lines = lines[1:]
        if lines:
            out.append(_block(lines))
    return "\n".join(out)


def inline(text: str) -> str:
    """HTML of one line's emphasis, code and links; everything else escaped."""
    safe = html.escape(text, quote=True)
    for pattern, form in _INLINE:
        safe = pattern.sub(form, safe)
    return _LINK.sub(r'<a href="\2">\1</a>', safe)


def _block(lines: list[str]) -> str:
    if all(re.match(r"\s*[-*]\s+", line) for line in lines):
        items = "".join(f"<li>{inline(_BULLET.sub('', line))}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    if len(lines) >= 2 and lines[0].lstrip().startswith("|") and re.match(r"\s*\|[\s:|-]+\|\s*$", lines[1]):
        return _table(lines)
    return f"<p>{inline(' '.join(line.strip() for line in lines))}</p>"


def _table(lines: list[str]) -> str:
    def cells(line: str) -> list[str]:
        return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]

    head = "".join(f'<th scope="col">{inline(c)}</th>' for c in cells(lines[0]))
    body = "".join("<tr>" + "".join(f"<td>{inline(c)}</td>" for c in cells(line)) + "</tr>" for line in lines[2:])
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
