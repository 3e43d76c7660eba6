"""Questions in the form of CLEVR's `questions.json`, for those whose programs CLEVR's functions can express.

Each node has the keys of the published files (`function`, `inputs`, `value_inputs`) and those that CLEVR's question
engine executes (`type`, `side_inputs`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seedbed.language import parse
from seedbed.language.programs import Call

NAMES = {"category": "shape", "color": "color", "material": "material", "size": "size"}
SIDES = {"left_of": "left", "right_of": "right", "in_front_of": "front", "behind": "behind"}
PLAIN = {
    "scene": "scene", "unique": "unique", "union": "union", "intersect": "intersect", "count": "count",
    "exist": "exist", "equal": "equal_integer", "greater": "greater_than", "less": "less_than",
}  # fmt: skip


class NotExpressible(Exception):
    """CLEVR has no function for it."""


def clevr_question(question: Mapping[str, Any]) -> dict[str, Any] | None:
    """The question as CLEVR writes it; None when its program or answer form is not one of CLEVR's."""
    if question["answer_form"] in ("point", "box"):
        return None
    nodes: list[dict[str, Any]] = []
    try:
        _add(parse(question["program"]), nodes)
    except NotExpressible:
        return None
    value = question.get("value") or question["answer"]
    return {"question": question["question"], "answer": value, "program": nodes, "question_family": question["family"]}


def confused(question: Mapping[str, Any], objects: list[dict[str, Any]]) -> bool:
    """Whether a word of a filter is part of another word of the scene: CLEVR's engine takes these for the same."""
    for node in question["program"]:
        attribute = node["type"].removeprefix("filter_")
        if attribute != node["type"] and any(
            node["side_inputs"][0] in o[attribute] and node["side_inputs"][0] != o[attribute] for o in objects
        ):
            return True
    return False


def _add(call: Call, nodes: list[dict[str, Any]]) -> int:
    """Add a call and what it needs; its number."""
    name, _, attribute = call.name.partition("_")
    if call.name in PLAIN:
        return _node(nodes, PLAIN[call.name], [_input(a, nodes) for a in call.args])
    if call.name == "relate" and str(call.args[1]) in SIDES:
        return _node(nodes, "relate", [_input(call.args[0], nodes)], [SIDES[str(call.args[1])]])
    if attribute not in NAMES:
        raise NotExpressible(call.name)
    if name == "filter":
        return _node(nodes, f"filter_{NAMES[attribute]}", [_input(call.args[0], nodes)], [str(call.args[1])])
    if name in ("query", "same"):
        return _node(nodes, f"{name}_{NAMES[attribute]}", [_input(call.args[0], nodes)])
    if name == "alike":
        asked = [_node(nodes, f"query_{NAMES[attribute]}", [_input(a, nodes)]) for a in call.args]
        return _node(nodes, f"equal_{NAMES[attribute]}", asked)
    raise NotExpressible(call.name)


def _input(arg: Any, nodes: list[dict[str, Any]]) -> int:
    return _add(arg, nodes)


def _node(nodes: list[dict[str, Any]], function: str, inputs: list[int], values: list[str] | None = None) -> int:
    words = list(values or [])
    nodes.append(
        {"type": function, "function": function, "inputs": inputs, "side_inputs": words, "value_inputs": words}
    )
    return len(nodes) - 1
