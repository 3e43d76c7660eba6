"""Licences and their uses; opt-out files and labels, which fail closed; block lists."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed import registry
from seedbed.curate.addresses import address
from seedbed.curate.consent.labels import READERS
from seedbed.curate.consent.licences import USES, allows, spdx
from seedbed.curate.consent.opt_out import OptOut
from seedbed.curate.consent.robots import parse
from seedbed.curate.lists import Listed
from seedbed.errors import UsageError

pytest.importorskip("license_expression", reason="the SPDX list is not installed")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mit", "MIT"), ("MIT License", "MIT"), ("The MIT License", "MIT"), ("apache-2.0", "Apache-2.0"),
        ("Apache 2", "Apache-2.0"), ("Apache License, Version 2.0", "Apache-2.0"), ("GPL v3", "GPL-3.0-only"),
        ("gpl-2.0", "GPL-2.0-only"), ("GNU GPL 3 or later", "GPL-3.0-or-later"), ("LGPL 2.1+", "LGPL-2.1-or-later"),
        ("CC BY 4.0", "CC-BY-4.0"), ("cc-by-sa-3.0", "CC-BY-SA-3.0"), ("CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0"), ("CC BY 3.0 US", "CC-BY-3.0-US"),
        ("Creative Commons Attribution-NonCommercial-NoDerivs 2.0 Generic", "CC-BY-NC-ND-2.0"),
        ("Attribution-NonCommercial-ShareAlike 4.0 International (CC BY-NC-SA 4.0)", "CC-BY-NC-SA-4.0"),
        ("CC BY 4.0 (CC BY-NC 4.0)", None),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("http://creativecommons.org/licenses/by-sa/2.0/deed.en", "CC-BY-SA-2.0"),
        ("creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
        ("CC0", "CC0-1.0"), ("CC0 1.0", "CC0-1.0"), ("Public Domain", "LicenseRef-scancode-public-domain"),
        ("3-clause BSD license", "BSD-3-Clause"), ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("(MIT AND CC-BY-4.0) OR GPL-3.0-or-later WITH Classpath-exception-2.0",
         "(MIT AND CC-BY-4.0) OR GPL-3.0-or-later WITH Classpath-exception-2.0"),
        ("CC BY", None), ("CC BY-ND-SA 4.0", None), ("CC BY 9.9", None), ("BSD", None), ("proprietary", None),
        ("all rights reserved", None), ("MIT AND", None), ("LicenseRef-mine", None), ("", None), (None, None), ("((", None),
    ],
)  # fmt: skip
def test_names_become_spdx(text: str | None, wanted: str | None) -> None:
    assert spdx(text) == wanted
    assert wanted is None or spdx(wanted) == wanted


@pytest.mark.parametrize(
    ("expression", "answers"),  # commercial, derivatives, redistribution, training
    [
        ("CC0-1.0", (True, True, True, True)), ("Apache-2.0", (True, True, True, True)),
        ("CC-BY-4.0", (True, True, True, True)), ("CC-BY-SA-4.0", (True, True, True, None)),
        ("CC-BY-ND-3.0", (True, False, True, None)), ("CC-BY-NC-4.0", (False, True, True, None)),
        ("CC-BY-NC-ND-4.0", (False, False, True, None)), ("CC-BY-NC-SA-2.0", (False, True, True, None)),
        ("GPL-3.0-only", (True, True, True, None)), ("CC-PDM-1.0", (True, True, True, True)),
        ("GPL-2.0-only WITH Classpath-exception-2.0", (True, True, True, None)),
        ("MIT AND CC-BY-NC-4.0", (False, True, True, None)), ("MIT OR CC-BY-NC-4.0", (True, True, True, True)),
        ("CC-BY-ND-4.0 AND CC-BY-NC-4.0", (False, False, True, None)), ("OpenSSL", (None,) * 4), (None, (None,) * 4),
        ("OpenSSL OR MIT", (True,) * 4), ("OpenSSL AND CC-BY-NC-ND-4.0", (False, False, None, None)), ("((", (None,) * 4),
    ],
)  # fmt: skip
def test_uses_have_three_answers(expression: str | None, answers: tuple[bool | None, ...]) -> None:
    assert tuple(allows(expression, use) for use in USES) == answers


def test_the_licence_operator_keeps_what_it_does_not_know() -> None:
    made = registry.get("operator", "licence")().run(pa.table({"licence": ["cc by 4.0", "mine", " ", None]}))
    assert made["licence_spdx"].to_pylist() == ["CC-BY-4.0", None, None, None]
    assert made["licence_state"].to_pylist() == ["known", "unknown", "missing", "missing"]
    with pytest.raises(UsageError, match="did you mean 'training'"):
        allows("MIT", "trainin")


def lists(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.txt").write_text(text, encoding="utf-8")
    return folder


def reasons(made: OptOut, **columns: list) -> list[str | None]:
    return made.decide(pa.table(columns)).to_pylist()


def test_lists_of_domains_addresses_and_people(here: Path) -> None:
    hashed = hashlib.sha256(b"ann@example.com").hexdigest()
    made = OptOut.load(lists(
        here, a__domains="# ours\nexample.com\n*.Example.ORG  # below too\nbücher.example\n",
        b__urls="https://example.net/art/\nexample.edu/~ann\n", c__subjects=f"{hashed.upper()}\nP-17\nbob@example.com\n",
    ))  # fmt: skip
    urls = ["http://a.b.example.com/x", "https://EXAMPLE.org./", "https://notexample.com/", "http://xn--bcher-kva.example",
            "//example.net/art/1.jpg", "https://example.net/artful", "http://example.net:8080/%61rt/2", "example.edu/~ann/me",
            "http://[broken", "not a url", None, "https://user@example.com@evil.example/"]  # fmt: skip
    found = reasons(made, url=urls, subject=[None] * len(urls))
    d, u, x = "opt_out.domain", "opt_out.url", "opt_out.unreadable"
    assert found == [d, d, None, d, u, None, u, u, x, x, None, None]
    people = ["Ann@Example.com ", hashed, "P-17", "p-17", "bob@example.com", None, "carol@example.com"]
    s = "opt_out.subject"
    assert reasons(made, url=[None] * 7, subject=people) == [s, s, s, None, s, None, None]


def test_robots_and_ai_files(here: Path) -> None:
    robots = "Sitemap: /s\nUser-Agent: ExampleBot\nuser-agent: other\nDisallow: /private\nAllow: /private/free$\n\nUser-agent: *\nDisallow:\n"
    ai = "User-Agent: *\nDisallow: *.jpg\nAllow: *.txt\nDisallow: /keep/\n"
    folder = lists(here, example__com__robots=robots, art__example__ai=ai)
    urls = ["https://www.example.com/private/a", "https://example.com/private/free", "https://example.com/", "https://x.example.com/private/",
            "https://art.example/a/B.JPG?x=1", "https://art.example/a.txt", "https://art.example/keep/a.png"]  # fmt: skip
    r, a = "opt_out.robots", "opt_out.ai"
    assert reasons(OptOut.load([folder], agents=["examplebot"]), url=urls) == [r, None, None, None, a, None, a]
    assert reasons(OptOut.load([folder], agents=["stranger"]), url=urls) == [None, None, None, None, a, None, a]
    assert reasons(OptOut.load([folder]), url=urls)[0] == r  # nobody named: every group counts
    made = registry.get("operator", "opt_out")(lists=[folder], agents=["Other"])
    assert made.run(pa.table({"url": urls}))["opt_out"].to_pylist()[:2] == [r, None]


@pytest.mark.parametrize(
    ("rules", "path", "refused"),
    [
        ("Disallow: /", "/x", True), ("Disallow:", "/x", False), ("Disallow: /a\nAllow: /a/b", "/a/b/c", False),
        ("Allow: /p\nDisallow: /p", "/p", False), ("Disallow: /*.gif$", "/a/b.gif", True), ("Disallow: /*.gif$", "/a.gif?x", False),
        ("Disallow: /A", "/a", False), ("Disallow: /%7Eann", "/~ann", True), ("Disallow: /é", "/%C3%A9", True),
        ("Disallow: /a/*/c", "/a/b/b/c/d", True), ("Disallow: /foo?x", "/foo?x=1", True), ("Crawl-delay: 3", "/x", False),
        ("Content-Signal: search=yes, ai-train=no", "/x", True), ("Content-Signal: search=no, ai-train=yes", "/x", False),
        ("Content-Usage: train-ai=n\nAllow: /", "/x", True), ("Disalow: /b", "/x", True), ("<html>", "/x", True),
    ],
)  # fmt: skip
def test_rules_of_rfc_9309_and_what_is_not_understood_closes_the_host(rules: str, path: str, refused: bool) -> None:
    assert parse(f"User-agent: *\n{rules}\n").refuses(path, ["bot"]) is refused
    assert parse(f"{rules}\nUser-agent: *\n").refuses(path, ["bot"]) is not rules.startswith("Crawl")


@pytest.mark.parametrize(
    ("column", "value", "refused"),
    [
        ("tdm-reservation", "1", True), ("tdm_reservation", "0", False), ("TDM-Reservation", "yes", True), ("tdm_reservation", 1, True),
        ("tdm_reservation", False, False), ("tdm_reservation", "", False), ("robots", "noai", True), ("robots", "index, NoImageAI", True),
        ("robots", "index,follow,max-image-preview:large", False), ("robots", "noindex, nofollow", False),
        ("robots", "unavailable_after: Friday, 1 Jan 2027 00:00:00 GMT", False), ("robots", "notraining", True),
        ("x_robots_tag", "googlebot: noindex", False), ("X-Robots-Tag", "otherbot: noai", True), ("robots", None, False),
        ("training_mining", "notAllowed", True), ("training-mining", "allowed", False), ("training_mining", "constrained", True),
        ("cawg.training-mining", '{"entries": {"cawg.ai_training": {"use": "notAllowed"}, "cawg.data_mining": {"use": "allowed"}}}', True),
        ("cawg.training-mining", '{"entries": {"cawg.ai_training": {"use": "allowed"}}}', False),
        ("c2pa.training-mining", '{"entries": {}}', True), ("c2pa.training-mining", '{"entries"', True),
        ("headers", "Content-Type: image/png\nTDM-RESERVATION: 1", True), ("headers", "Date: today\nX-Robots-Tag: none", False),
        ("headers", "broken", True),
    ],
)  # fmt: skip
def test_labels(column: str, value: object, refused: bool) -> None:
    made = OptOut().decide(pa.table({column: [value, None], "url": ["s3://not-asked", None]}))
    assert made.to_pylist() == ["opt_out.label" if refused else None, None]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.domains.txt", b"\xff\xfe\x00", "cannot be read"), ("a.domains.txt", b"exa mple.com", r"a.domains.txt:1: no domain"),
        ("a.domains.txt", b"\n*.*.com", r":2: no domain"), ("a.domains.txt", b"https://example.com/", "no domain"),
        ("a.urls.txt", b"http://[bad/x", "no address"), ("a.txt", b"", "not a list"), ("a.domain.txt", b"", "FORM one of"),
        ("robots.txt", b"", "not a list"), ("x.robots.txt", b"", "no host"), ("a.csv", b"", "not a list"),
        ("example.com.robots.txt", b"\xff", "cannot be read"), ("a.subjects.txt", b"a\0b", "not text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_stops_it(here: Path, name: str, data: bytes, message: str) -> None:
    (here / name).write_bytes(data)
    with pytest.raises(UsageError, match=message):
        OptOut.load(here)


def test_a_list_without_its_column_stops_it(here: Path) -> None:
    made = OptOut.load(lists(here, a__domains="example.com"))
    with pytest.raises(UsageError, match="no column url"):
        made.decide(pa.table({"subject": ["x"]}))
    with pytest.raises(UsageError, match="no such list"):
        OptOut.load("none")
    with pytest.raises(UsageError, match="about column 'colour'"):
        registry.get("operator", "opt_out")(columns=["colour"])
    assert OptOut().decide(pa.table({"x": pa.array([], pa.int8())})).type == pa.string()


def test_block_lists(here: Path) -> None:
    lists(here, block="example.com\n.example.org # both\nexample.net/ads/\n*/banner_*.gif\nHTTPS://example.edu/x*y\n")
    operator = registry.get("operator", "block_list")(lists=[here / "block.txt"])
    urls = ["http://a.example.com", "example.org/x", "http://example.net/ads/1", "http://example.net/adverts", "http://q.example/a/banner_1.gif",
            "https://example.edu/x/z/y", "http://com/", "http://[", None]  # fmt: skip
    d, u = "list.domain", "list.url"
    assert operator.run(pa.table({"url": urls}))["listed"].to_pylist() == [
        d,
        d,
        u,
        None,
        u,
        u,
        None,
        "list.unreadable",
        None,
    ]
    with pytest.raises(UsageError, match=r"bad.txt:2: no domain"):
        Listed.load([lists(here, bad="a.example\nnot a domain") / "bad.txt"])


def test_a_long_list_costs_no_more_than_a_short_one() -> None:
    import time

    made = Listed()
    for k in range(100_000):
        made.add(f"host{k}.example")
    found = [address(f"https://a.b.host{k}.example/x") for k in range(20_000)]
    start = time.process_time()
    assert all(made.kind(one) == "domain" for one in found if one) and time.process_time() - start < 1


@settings(max_examples=300, deadline=None)
@given(st.text(), st.sampled_from(sorted(READERS)))
def test_no_text_makes_anything_raise(text: str, label: str) -> None:
    assert READERS[label](text) in (True, False)
    found = address(text)
    assert found is None or (found.host and found.path.startswith("/"))
    parse(text).refuses("/x", ["bot"])
    assert spdx(text) is None or spdx(spdx(text)) == spdx(text)
    OptOut(subjects={"x"}).decide(pa.table({"subject": [text], "url": [text]}))
