"""Questions as lines of JSON: `vqa`, one question a line, and `chat`, one conversation a picture for fine-tuning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedbed.registry import register
from seedbed.run.export.base import Exporter, rows, write_image

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

LETTERS = "ABCDEF"
COLUMNS = ("image", "id", "questions", "captions", "split", "licence")


@register("exporter", "vqa")
class Vqa(Exporter):
    """`images/` and `questions.jsonl`: question_id, image, question, answer, answer_form, options, family, program."""

    needs = ("image", "questions")

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        (folder / "images").mkdir()
        images, count = 0, 0
        with (folder / "questions.jsonl").open("w", encoding="utf-8") as file:
            for row in rows(dataset, COLUMNS):
                name = write_image(folder / "images", row)
                images += 1
                for k, q in enumerate(row["questions"]):
                    facts = {"question_id": f"{row['id']}/{k}", "image_id": row["id"], "image": f"images/{name}", **q}
                    if row.get("split") is not None:
                        facts["split"] = row["split"]
                    file.write(json.dumps(facts, ensure_ascii=False) + "\n")
                    count += 1
        return {"images": images, "questions": count}


@register("exporter", "chat")
class Chat(Exporter):
    """`images/` and `chat.jsonl`: messages of user and assistant, the picture first; dense captions as a last turn."""

    needs = ("image", "questions")

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        (folder / "images").mkdir()
        images, turns = 0, 0
        with (folder / "chat.jsonl").open("w", encoding="utf-8") as file:
            for row in rows(dataset, COLUMNS):
                name = write_image(folder / "images", row)
                messages = list(_messages(row))
                if not messages:
                    continue
                messages[0]["content"].insert(0, {"type": "image"})
                line = {"id": row["id"], "images": [f"images/{name}"], "messages": messages}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                images, turns = images + 1, turns + len(messages) // 2
        return {"images": images, "turns": turns}


def _messages(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for q in row["questions"]:
        yield _message("user", asked(q))
        yield _message("assistant", answered(q))
    for caption in row.get("captions") or ():
        if caption["style"] == "dense":
            yield _message("user", "Describe the picture in detail.")
            yield _message("assistant", caption["text"])


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def asked(question: Mapping[str, Any]) -> str:
    """The question with its options, one a line with a letter."""
    options = [f"{letter}. {text}" for letter, text in zip(LETTERS, question["options"])]
    return "\n".join([question["question"], *options])


def answered(question: Mapping[str, Any]) -> str:
    """The answer, of a choice with its letter."""
    if not question["options"]:
        return str(question["answer"])
    return f"{LETTERS[question['options'].index(question['answer'])]}. {question['answer']}"
