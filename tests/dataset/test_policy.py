"""Use policies: reading with clear errors, checking, the strictest of several, overrides with a name."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from seedbed.dataset.dataset import Dataset
from seedbed.dataset.policy import (
    USES,
    WITHIN,
    Clause,
    Policy,
    check,
    inherit,
    overrides,
    permit,
    policy_of,
    read_policy,
    record_override,
    set_policy,
    union,
)
from seedbed.document.policy import policy_markdown
from seedbed.errors import UsageError

FACES = Clause("no-faces", "biometric-identification", "Nobody agreed to be recognised.")
OPEN = Policy(("research", "commercial", "training"), (), "", "CC-BY-4.0")
NARROW = Policy(("research", "training"), (FACES,), "data@example.org", "CC-BY-SA-4.0")


def rows(folder: Path, **columns: list[object]) -> Dataset:
    return Dataset.from_table(folder, pa.table({"id": ["a", "b"], **columns}))


def test_every_use_is_allowed_refused_by_its_clause_or_not_declared() -> None:
    found = {use: check(NARROW, use) for use in USES}
    allowed = {use for use, refusal in found.items() if refusal is None}
    clauses = {use for use, refusal in found.items() if refusal and refusal.clause == "no-faces"}
    assert allowed == {"research", "training"}
    assert clauses == {"biometric-identification", "face-recognition"}  # the narrower use is in the broader
    assert {refusal.clause for refusal in found.values() if refusal} == {"no-faces", "uses"}
    assert "Nobody agreed" in str(found["face-recognition"]) and "'no-faces'" in str(found["face-recognition"])
    assert set(WITHIN) | set(WITHIN.values()) <= set(USES)


def test_declaring_the_broader_use_does_not_declare_the_narrower() -> None:
    assert check(Policy(("biometric-identification",)), "face-recognition") is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", r"policy.yaml:\d: not YAML"),
        ("forbidden: []", "a policy needs 'uses'"),
        ("uses: research", "'uses' is not a list"),
        ("uses: [reserch]", "unknown use 'reserch'; did you mean 'research'"),
        ("uses: [research]\nforbiden: []", "unknown key 'forbiden'; did you mean 'forbidden'"),
        ("uses: []\nforbidden: [{id: a, use: military}]", "a clause has id, use and text"),
        ("uses: []\nforbidden: [{id: a, use: military, text: ''}]", "no text"),
        ("uses: []\nforbidden: [{id: a, use: war, text: x}]", "forbidden 1: unknown use 'war'"),
        (
            "uses: []\nforbidden: [{id: a, use: military, text: x}, {id: a, use: medical, text: y}]",
            "two clauses are called 'a'",
        ),
        ("uses: [medical]\nforbidden: [{id: a, use: medical, text: x}]", "declared and forbidden"),
    ],
)
def test_a_wrong_policy_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "policy.yaml").write_text(text)
    with pytest.raises(UsageError, match=said) as caught:
        read_policy(tmp_path / "policy.yaml")
    assert "policy.yaml" in caught.value.line and "\n" not in caught.value.line


def test_a_policy_survives_its_file(tmp_path: Path) -> None:
    assert read_policy(set_policy(tmp_path, NARROW)) == NARROW


def test_the_union_allows_only_what_all_allow_and_keeps_every_clause() -> None:
    both = union([OPEN, NARROW])
    assert both is not None and both.forbidden == (FACES,) and both.licence == "CC-BY-4.0 AND CC-BY-SA-4.0"
    for use in USES:  # the oracle: a use is allowed by the union exactly where each allows it
        assert (check(both, use) is None) == (check(OPEN, use) is None and check(NARROW, use) is None)
    against = Policy(("commercial",), (Clause("no-faces", "research", "Another clause of that name."),))
    mixed = union([NARROW, against])
    assert mixed is not None and mixed.uses == () and len({c.id for c in mixed.forbidden}) == 2
    assert union([]) is None and union([OPEN]) == OPEN and union([both, NARROW, both]) == both


def test_joined_licences_are_said_once_and_alternatives_stay_together() -> None:
    either, plain = Policy((), licence="MIT OR GPL-2.0-only"), Policy((), licence="CC-BY-4.0")
    once = union([either, plain])
    assert once is not None and once.licence == "(MIT OR GPL-2.0-only) AND CC-BY-4.0"
    assert union([once, either, plain, once]) == once


def test_a_recorded_policy_cannot_be_lost_or_loosened_by_a_file(tmp_path: Path) -> None:
    dataset = rows(tmp_path / "d")
    set_policy(dataset.path, NARROW)
    assert policy_of(dataset.path) == NARROW
    dataset.seal()  # other writers of the lineage keep it
    assert policy_of(dataset.path) == NARROW
    (dataset.path / "policy.yaml").write_text("uses: [commercial]\n")
    with pytest.raises(UsageError, match="not the one that was recorded"):
        policy_of(dataset.path)
    (dataset.path / "policy.yaml").unlink()
    with pytest.raises(UsageError, match="missing"):
        permit([dataset.path], ["research"], action="export")
    set_policy(dataset.path, OPEN)  # on purpose, it can
    assert policy_of(dataset.path) == OPEN


def test_derived_folders_inherit_the_strictest(tmp_path: Path) -> None:
    one, two, made = (rows(tmp_path / name) for name in ("one", "two", "made"))
    assert inherit(made.path, [one.path, two.path]) is None and not (made.path / "policy.yaml").exists()
    set_policy(one.path, OPEN)
    set_policy(two.path, NARROW)
    inherit(made.path, [one.path, two.path])
    found = policy_of(made.path)
    assert found is not None and set(found.uses) == {"research", "training"} and found.forbidden == (FACES,)
    assert inherit(made.path, [one.path, two.path]) == found  # doing it again changes nothing


def test_a_use_must_be_named_and_an_override_needs_a_name_and_a_reason(tmp_path: Path) -> None:
    place = rows(tmp_path / "d").path
    assert permit([place], [], action="export") is None  # without a policy nothing is asked
    set_policy(place, NARROW)
    with pytest.raises(UsageError, match="no use is named.*research, training"):
        permit([place], [], action="export")
    assert permit([place], ["research", "training"], action="export") is None
    with pytest.raises(UsageError, match=r"clause 'no-faces'.*ask data@example\.org"):
        permit([place], ["research", "surveillance", "face-recognition"], action="export")
    for bad in ("", "Ada", "Ada:", ": because", "  :  "):
        with pytest.raises(UsageError, match="a name and a reason"):
            permit([place], ["commercial"], action="export", override=bad)
    with pytest.raises(UsageError, match="nothing is refused"):
        permit([place], ["research"], action="export", override="Ada: to be sure")
    record = permit([place], ["face-recognition"], action="export", override="Ada L.:  signed   consent, 4 May")
    assert overrides(place) == []  # deciding is not yet recording
    record_override(record, [place])
    record_override(record, [place])
    kept = overrides(place)
    assert len(kept) == 2 and kept[0]["who"] == "Ada L." and kept[0]["reason"] == "signed consent, 4 May"
    assert kept[0]["refused"] == [{"use": "face-recognition", "clause": "no-faces", "text": FACES.text}]
    assert kept[0]["action"] == "export" and kept[0]["at"].endswith("+00:00")
    assert json.loads((place / "overrides.jsonl").read_text().splitlines()[1]) == kept[1]


def test_the_words_for_documents_name_every_use_and_clause() -> None:
    text = policy_markdown(NARROW)
    assert all(word in text for word in ("- research:", "- training:", "no-faces", FACES.text, "data@example.org"))
    assert policy_markdown(None) == ""
