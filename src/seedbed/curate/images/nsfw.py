"""How likely a picture shows nudity; alone, or with faces from the same run of the detector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from seedbed.curate.images.detector import Detections, detect
from seedbed.curate.images.faces import face_columns
from seedbed.curate.operator import Operator
from seedbed.registry import register


@register("operator", "nsfw")
class Nsfw(Operator):
    """score.nsfw, 0..1: the largest score of the detector's exposed classes (breasts of women, buttocks, anus,
    genitalia) anywhere in the picture. Drawings, violence and what is only implied are not what it was made for.
    """

    reads = ("image",)
    writes = ("score.nsfw",)

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        return nsfw_column(detect(batch["image"].to_pylist()))


@register("operator", "nsfw_and_faces")
class NsfwAndFaces(Operator):
    """The columns of `nsfw` and of `faces`, at the price of one."""

    reads = ("image",)
    writes = ("score.nsfw", "score.faces", "score.face", "face_boxes")

    def run(self, batch: pa.Table | pa.RecordBatch) -> Mapping[str, Any]:
        found = detect(batch["image"].to_pylist())
        return {**nsfw_column(found), **face_columns(found)}


def nsfw_column(found: Sequence[Detections | None]) -> dict[str, pa.Array]:
    return {"score.nsfw": pa.array([None if f is None else f.nsfw for f in found], pa.float32())}
