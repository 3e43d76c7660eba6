"""Pairs to single rows: one row a picture, with captions in the styles asked for."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pydantic import Field

from seedbed.errors import UsageError
from seedbed.lineage import code_version, row_rng
from seedbed.registry import register
from seedbed.run.language import wanted_captions
from seedbed.run.step import DATASET, Context, Step, StepArgs


@register("step", "unpair")
class Unpair(Step):
    """A dataset with a row for each picture of a `pairs` dataset: image, scene, pair (the pair's id), pair_caption (the
    caption that the pair was made for), and a column for each style: `alt`, `dense`, ...
    """

    inputs = ("data",)

    class Args(StepArgs):
        data: str
        captions: list[str] = Field(default_factory=lambda: ["alt", "dense"])

    def check(self, args: Any) -> None:
        wanted_captions(args.captions)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.dataset import Dataset
        from seedbed.language.captions import captions_of

        source = context.one("data").dataset()
        names = ["id", "index", "image", "image_1", "scene", "scene_1", "caption_0", "caption_1", "error"]
        for name in names:
            if name not in source.schema.names:
                raise UsageError(f"no column '{name}'", where="data", hint="give a dataset of the world pairs")
        job = source.lineage["job"]
        world, seed = job["program"]["world"], job["seed"]
        rows: list[dict[str, Any]] = []
        for row in source.table(names).to_pylist():
            if row["error"] is not None:
                continue
            for side, tail in ((0, ""), (1, "_1")):
                rng = row_rng(world, str(source.lineage.get("version", "")), seed, row["index"], f"unpair{side}")
                told = captions_of(row[f"scene{tail}"], rng, args.captions)
                rows.append({
                    "id": f"{row['id']}/{side}", "pair": row["id"], "image": row[f"image{tail}"],
                    "scene": row[f"scene{tail}"], "pair_caption": row[f"caption_{side}"],
                    **{entry["style"]: entry["text"] for entry in told},
                })  # fmt: skip
        kinds = {"image": pa.binary(), "scene": source.schema.field("scene").type}
        table = pa.table({n: pa.array([r[n] for r in rows], kinds.get(n, pa.string())) for n in rows[0]})
        Dataset.from_table(context.folder / DATASET, table, {"unpaired": job["program"], "code": code_version()})
        return {"rows": len(rows)}
