"""Rows that a model must not have seen: exact copies of held-out images among training images."""

from __future__ import annotations

from typing import Any

from seedbed.registry import register
from seedbed.run.step import Context, Done, Step, StepArgs


@register("step", "leaks")
class Leaks(Step):
    """How many training images are byte for byte the same as a held-out one, and how many rows share an id."""

    inputs = ("training", "held_out")

    class Args(StepArgs):
        training: list[str]
        held_out: list[str]

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        training, held_out = context.many("training"), context.many("held_out")
        images, ids = _seen(held_out)
        found = [_count(done, images, ids) for done in training]
        return {
            "leaks": {
                "training_rows": sum(rows for rows, _, _ in found),
                "held_out_rows": sum(len(done.dataset()) for done in held_out),
                "same_image": sum(same for _, same, _ in found),
                "same_id": sum(same for _, _, same in found),
            }
        }


def _seen(dones: list[Done]) -> tuple[set[bytes], set[str]]:
    images: set[bytes] = set()
    ids: set[str] = set()
    for done in dones:
        table = done.dataset().table(["id", "image"])
        images.update(table["image"].to_pylist())
        ids.update(table["id"].to_pylist())
    return images, ids


def _count(done: Done, images: set[bytes], ids: set[str]) -> tuple[int, int, int]:
    table = done.dataset().table(["id", "image"])
    same_image = sum(image in images for image in table["image"].to_pylist())
    same_id = sum(row in ids for row in table["id"].to_pylist())
    return table.num_rows, same_image, same_id
