"""Documents: well-formed, self-contained, escaped, complete; every linked number has its evidence."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seedbed.dataset.dataset import Dataset
from seedbed.dataset.images import encode
from seedbed.document import figures
from seedbed.document.datasheet import Answer, datasheet, measured_facts, program_facts, questions
from seedbed.document.markdown import to_html
from seedbed.document.model_card import SECTIONS, CardNumber, model_card, number_table
from seedbed.document.report import (
    CardPanel,
    CertificatePanel,
    FigurePanel,
    Headline,
    Number,
    Picture,
    Report,
    Section,
    SheetPanel,
    SheetRow,
    TablePanel,
    TextPanel,
    write_report,
)  # fmt: skip
from seedbed.document.report.archive import join, load, save
from seedbed.document.report.write import anchor
from seedbed.errors import UsageError
from seedbed.lineage import Evidence

EVIL = "<script>alert('x')</script> \"quoted\" & more"
PNG = encode(np.full((4, 4, 3), 90, np.uint8))


def sample(text: str = "plain") -> Report:
    number = Number(0.123, 0.1, 0.2, 50, evidence="a.b")
    certificate = {
        "rows": 4, "balanced": True, "asked": {"where": text}, "counts": {text: {text: 4}},
        "marginal_deviation": {"largest": 0.0, "of": text}, "pairwise_deviation": {"largest": 0.0, "of": None},
    }  # fmt: skip
    panels = [
        TextPanel(f"Some *text* {text}"),
        TablePanel(
            [text, "value"],
            [
                [text, number],
                ["few", Number(None, state="not enough data")],
                ["s", Number(None, state=f"{text} [{text}")],
                ["none", None],
                ["x", 1.5],
            ],
            text,
        ),
        FigurePanel(PNG, text, text, TablePanel(["a"], [[text]])),
        SheetPanel(
            [SheetRow(text, [Picture(PNG, text, text, text, True), Picture(PNG, text, text, text, False)])], text
        ),
        CertificatePanel(certificate, text),
        CardPanel(f"# Card {text}\n\n[12.3 %](#ev-a.b)\n\n- one\n- two\n\n| h |\n|---|\n| {text} |", text),
    ]
    return Report(
        title=f"T {text}", subtitle=text, findings=[f"**{text}**"], headlines=[Headline(text, number, text)],
        sections=[Section(f"S {text}", panels), Section(f"S {text}", [])],  # type: ignore[arg-type]
        evidence=[Evidence("a.b", 0.123, text, "k" * 64, [0, 1], text, text)], provenance={text: text},
    )  # fmt: skip


class Checker(HTMLParser):
    """Collects ids, links and images, and checks that tags nest."""

    VOID = {"meta", "img", "br", "link", "input", "hr"}

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.faults: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag not in self.VOID:
            self.stack.append(tag)
        self.scripts += tag == "script"
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "img" and not found.get("alt"):
            self.faults.append("img without alt")
        for name in ("src", "href"):
            value = found.get(name) or ""
            if value.startswith("#"):
                self.links.append(value[1:])
            elif value and not value.startswith("data:image/png;base64,"):
                self.faults.append(f"{name}={value}")
        self.faults += [f"handler {name}" for name in found if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.faults.append(f"</{tag}> does not close what is open")


@pytest.mark.parametrize("text", ["plain", EVIL])
def test_report_is_well_formed_self_contained_and_escaped(tmp_path: Path, text: str) -> None:
    path = write_report(sample(text), tmp_path / "r.html")
    page = path.read_text()
    checker = Checker()
    checker.feed(page)
    assert checker.faults == [] and checker.stack == [] and checker.scripts == 1
    assert len(set(checker.ids)) == len(checker.ids) and set(checker.links) <= set(checker.ids)
    assert "alert('x')" not in page and not re.search(r"https?://|url\(", page)
    assert "not enough data" in page and "12.3 %" in page and "n = 50" in page


def test_same_report_same_bytes_and_archive_round_trip(tmp_path: Path) -> None:
    one = write_report(sample(EVIL), tmp_path / "a.html").read_bytes()
    again = load(save(sample(EVIL), tmp_path / "r.json"))
    assert write_report(again, tmp_path / "b.html").read_bytes() == one
    joined = join([("first", sample()), ("second", sample())], title="both", subtitle="")
    checker = Checker()
    checker.feed(write_report(joined, tmp_path / "c.html").read_text())
    assert checker.faults == [] and set(checker.links) <= set(checker.ids) and "ev-second.a.b" in checker.links
    (tmp_path / "bad.json").write_text('{"report": {"$type": "Bogus"}}')
    with pytest.raises(UsageError, match="not a saved report"):
        load(tmp_path / "bad.json")


def test_numbers_in_words() -> None:
    assert Number(0.5, 0.4, 0.6, 9).text() == "50.0 % [40.0, 60.0] n = 9"
    assert Number(0.5, None, None).text() == "50.0 %" and Number(None).text() == "undefined"
    assert (
        Number(float("nan")).text() == "undefined"
        and Number(0.37, 0.2, 0.5, percent=False).text() == "0.370 [0.200, 0.500]"
    )


def test_markdown_is_safe() -> None:
    page = to_html(f"# H {EVIL}\n\n[x](javascript:alert(1)) [y](#ok) `c` {EVIL}")
    assert "<script>" not in page and 'href="javascript' not in page and '<a href="#ok">y</a>' in page


def test_datasheet_has_the_published_questions(glyphs: Dataset) -> None:
    assert [len(asked) for asked in questions().values()] == [4, 16, 12, 4, 6, 7, 8]
    empty = datasheet({}, title="x")
    assert empty.count("*Unanswered.*") == 57 and empty.count("\n## ") == 7
    facts = {**program_facts(glyphs.lineage), **measured_facts(glyphs, ["digit"])}
    made = datasheet(facts, title="glyphs")
    assert "400 rows" in made and glyphs.lineage["fingerprint"] in made and "CC0-1.0 (400)" in made
    assert made.count("*Unanswered.*") == 57 - len(facts) and "`digit`: 0 40, 1 40" in made
    assert (
        f"{len(facts)} of 57 questions are answered, {sum(f.measured for f in facts.values())} of them measured" in made
    )
    with pytest.raises(UsageError, match="did you mean 'purpose'"):
        datasheet({"purpse": Answer("x")}, title="x")


def test_model_card_has_nine_sections() -> None:
    made = model_card({"details": "a net"}, title="x")
    assert len(SECTIONS) == 9 and made.count("\n## ") == 9 and made.count("*Unanswered.*") == 8
    with pytest.raises(UsageError, match="did you mean 'ethics'"):
        model_card({"ethic": "x"}, title="x")
    table = number_table(
        [CardNumber("a|b", 0.5, 0.4, 0.6, 9, "e.x"), CardNumber("c", None, None, None, 0, "")], head="slice"
    )
    assert "[50.0 %](#ev-e.x)" in table and "a\\|b" in table and "undefined" in table


def test_figures_are_the_same_twice_and_not_blank() -> None:
    group = {"label": "a", "mean": 0.3, "low": 0.2, "high": 0.4, "values": [0.25, 0.35]}
    single = {"label": "b", "mean": 0.3, "low": None, "high": None, "values": [0.3]}
    grid = np.array([[0.1, np.nan], [0.5, 0.9]])
    point = {"x": 10, "mean": 0.5, "low": 0.4, "high": 0.6}
    makers = [
        lambda: figures.interval_chart([group, single], axis="x"),
        lambda: figures.slice_heatmaps([("before", grid), ("after", grid / 2)], ["a", "b"], ["c", "d"], label="x"),
        lambda: figures.accuracy_curves({"m": [point, {**point, "x": 100}]}, x_label="x", y_label="y"),
        lambda: figures.learning_curves({"m": [(1, 2.0), (2, 1.0)], "empty": []}, y_label="loss"),
    ]
    for make in makers:
        png = make()
        assert png == make()
        with Image.open(io.BytesIO(png)) as image:
            assert len(image.convert("RGB").getcolors(1 << 24)) > 20 and image.width > 300


def test_anchors_are_injective_and_code_spans_nest() -> None:
    ids = ["a.b", "a-b", "a b", "A.b", "a[b]", "a:5bb:5d", "ä", "a,b", "a=b"]
    assert len({anchor(name) for name in ids}) == len(ids)
    assert anchor("x y" + ".") + anchor("a b")[3:] == anchor("x y.a b")
    assert to_html("``a `b` **c**`` *d*") == "<p><code>a `b` **c**</code> <em>d</em></p>"
    joined = join([("my run", sample())], title="t", subtitle="").sections[0].panels[-1]
    assert isinstance(joined, CardPanel) and "(#ev-my:20run.a.b)" in joined.markdown


def test_figures_and_archives_take_undefined_values(tmp_path: Path) -> None:
    nan = float("nan")
    group = {"label": "a", "mean": None, "low": None, "high": None, "values": [None, nan]}
    assert figures.interval_chart([group], axis="x")
    assert figures.slice_heatmaps([("a", np.full((2, 2), nan))], ["a", "b"], ["c", "d"], label="x")
    assert figures.accuracy_curves({"m": [{"x": 1, "mean": 0.5, "low": nan, "high": None}]}, x_label="x", y_label="y")
    report = Report(title="t", headlines=[Headline("h", Number(nan, None, float("inf")))])
    assert str(load(save(report, tmp_path / "r.json")).headlines) == str(report.headlines)


def test_figures_of_other_units_keep_three_digits() -> None:
    from seedbed.document.figures import _said

    assert [_said(v, False) for v in (0.9636, 1.0046, 0.01234, 12345.6)] == ["0.964", "1", "0.0123", "12,346"]
    assert [_said(v, True) for v in (96.36, 0.04)] == ["96.4", "0.0"]
