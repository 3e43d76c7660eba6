"""Labelling functions and prompts: votes, the table, ties, and errors that name function and row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from seedbed.errors import UsageError
from seedbed.label import ABSTAIN, Prompt, Votes, ask, decide, load_functions, majority

LABELS = ["red", "blue"]
ROWS = [{"id": f"r{k}", "text": text} for k, text in enumerate(["a red mug", "a blue mug", "a mug", "red or blue"])]


def says_red(row: dict[str, str]) -> str | None:
    return "red" if "red" in row["text"] else None


def says_blue(row: dict[str, str]) -> str | None:
    return "blue" if "blue" in row["text"] else None


def last_word(row: dict[str, str]) -> str | None:
    word = row["text"].split()[-1]
    return word if word in LABELS else None


def test_votes_and_the_table() -> None:
    votes = ask({"says_red": says_red, "says_blue": says_blue, "last_word": last_word}, ROWS, LABELS)
    assert votes.matrix.tolist() == [[0, -1, -1], [-1, 1, -1], [-1, -1, -1], [0, 1, 1]]
    gold = np.array([0, 1, ABSTAIN, 0])
    table = votes.table(gold)
    assert [line["coverage"] for line in table] == [0.5, 0.5, 0.25]
    assert [line["overlap"] for line in table] == [0.25, 0.25, 0.25]
    assert [line["conflict"] for line in table] == [0.25, 0.25, 0.25]
    assert [(line["right"], line["judged"]) for line in table] == [(2, 2), (1, 2), (0, 1)]
    assert [line["labels"] for line in table] == [["red"], ["blue"], ["blue"]]


def test_majority_abstains_on_ties_and_without_votes() -> None:
    matrix = np.array([[0, 0, 1], [0, 1, -1], [-1, -1, -1], [1, 1, 1]])
    found = majority(Votes(matrix, ["f", "g", "h"], LABELS))
    assert found.label.tolist() == [0, ABSTAIN, ABSTAIN, 1]
    assert np.allclose(found.confidence, [2 / 3, 1 / 2, np.nan, 1], equal_nan=True)


def test_it_abstains_below_the_threshold() -> None:
    probabilities = np.array([[0.6, 0.4], [0.59, 0.41], [np.nan, np.nan], [0.5, 0.5]])
    assert decide(probabilities, least=0.6).label.tolist() == [0, ABSTAIN, ABSTAIN, ABSTAIN]
    assert decide(probabilities).label.tolist() == [0, 0, ABSTAIN, ABSTAIN]


def test_errors_name_function_and_row() -> None:
    with pytest.raises(UsageError, match=r"function fails: it failed on row r2: ZeroDivisionError"):
        ask({"fails": lambda row: 1 / (row["id"] != "r2") and None}, ROWS, LABELS)
    with pytest.raises(
        UsageError, match=r"function other: it gave 'rad' for row r0, which is no label; did you mean 're"
    ):
        ask({"other": lambda row: "rad"}, ROWS, LABELS)
    with pytest.raises(UsageError, match=r"KeyError\('colour'\); it has id, text"):
        ask({"f": lambda row: row["colour"]}, ROWS, LABELS)
    with pytest.raises(UsageError, match="two or more"):
        ask({"says_red": says_red}, ROWS, ["red"])


def test_a_file_declares_functions_prompts_and_what_they_read(tmp_path: Path) -> None:
    file = tmp_path / "rules.py"
    file.write_text(
        "from seedbed.label import Prompt\nfrom math import sqrt\nREADS = ['text']\n"
        "def _helper(a, b): return a\ndef first(row): return None\nasked = Prompt('mock/truth', '{text}')\n"
    )
    found = load_functions(file)
    assert list(found.functions) == ["first", "asked"] and found.reads == ["text"]
    file.write_text("def two(row, other): return None\n")
    with pytest.raises(UsageError, match="'two' does not take one parameter"):
        load_functions(file)
    file.write_text("x = 1\n")
    with pytest.raises(UsageError, match="no labelling function"):
        load_functions(file)
    file.write_text("import nothing_of_this_name\n")
    with pytest.raises(UsageError, match="failed to import"):
        load_functions(file)
    with pytest.raises(UsageError, match="no such file"):
        load_functions(tmp_path / "none.py")


def test_prompts_vote_by_likelihood_or_by_completion(tmp_path: Path) -> None:
    told = ask({"asked": Prompt("mock/truth", "{text}:")}, ROWS, LABELS, ["red", "blue", None, "red"])
    assert told.matrix[[0, 1, 3], 0].tolist() == [0, 1, 0]
    model = tmp_path / "model.py"
    model.write_text(
        "def score(prompt, continuation):\n    return 0.0 if continuation.strip() in prompt else -1.0\n"
        "def say(prompt):\n    return 'Red, I think' if 'red' in prompt else 'who knows'\n"
    )
    scored = ask({"asked": Prompt(f"python/{model}:score", "{text}", least=0.6)}, ROWS, LABELS)
    assert scored.matrix[:, 0].tolist() == [0, 1, ABSTAIN, ABSTAIN]  # e^0 / (e^0 + e^-1) = 0.73; 0.5 where it is even
    said = ask({"asked": Prompt(f"python/{model}:say", "{text}", {"red": "red", "blue": "blue"})}, ROWS, LABELS)
    assert said.matrix[:, 0].tolist() == [0, ABSTAIN, ABSTAIN, 0]


def test_prompts_that_cannot_be_asked() -> None:
    with pytest.raises(UsageError, match=r"prompt asked: its text cannot be filled for row r0"):
        ask({"asked": Prompt("mock/truth", "{caption}")}, ROWS, LABELS)
    with pytest.raises(UsageError, match="an option for 'read'; did you mean 'red'"):
        ask({"asked": Prompt("mock/truth", "{text}", {"read": "x"})}, ROWS, LABELS)
    with pytest.raises(UsageError, match="no language model 'nobody/x'"):
        ask({"asked": Prompt("nobody/x", "{text}")}, ROWS, LABELS)
