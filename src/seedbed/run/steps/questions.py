"""Ask questions about a dataset that has scene graphs: a table of its rows' ids with questions and captions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from seedbed.dataset.files import write_json
from seedbed.errors import GateError, UsageError
from seedbed.registry import register
from seedbed.run.generate import build_world
from seedbed.run.language import annotated, wanted_captions, wanted_questions
from seedbed.run.step import TABLE, Context, Step, StepArgs

BATCH = 2000


@register("step", "questions")
class Questions(Step):
    """Questions with programs, and captions, for the rows of a generated dataset; the dataset is not changed."""

    inputs = ("data",)

    class Args(StepArgs):
        data: str
        families: str = Field("default", description="`default`, or a YAML file of families")
        per_row: int = Field(4, gt=0)
        captions: list[str] = Field(default_factory=list, description="styles: alt, dense, facts, relational")
        strict: bool = False

    def check(self, args: Any) -> None:
        wanted_questions(args.families, args.per_row)
        wanted_captions(args.captions)

    def code(self, args: Any) -> Mapping[str, Any]:
        wanted = wanted_questions(args.families, args.per_row)
        return {"families": wanted["families"]} if isinstance(wanted, dict) else {}

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        from seedbed.dataset.schema import CAPTION, QUESTION
        from seedbed.language import Certifier

        dataset = context.one("data").dataset()
        job = dataset.lineage.get("job")
        if not job or "scene" not in dataset.schema.names:
            raise UsageError("the dataset has no scene graphs of a world", where="data")
        program = {**job["program"], "questions": wanted_questions(args.families, args.per_row)}
        program["captions"] = wanted_captions(args.captions)
        world, certifier, parts = build_world(program["world"], program["options"]), Certifier(), []
        fields = [pa.field("id", pa.string()), pa.field("questions", pa.list_(QUESTION))]
        fields += [pa.field("captions", pa.list_(CAPTION))] if args.captions else []
        for start in range(0, len(dataset), BATCH):
            table = dataset.take(range(start, min(start + BATCH, len(dataset))), ["id", "index", "scene"])
            ids, indices = table["id"].to_pylist(), table["index"].to_pylist()
            told = annotated(program, world, table, job["seed"], indices, ids)
            columns = {"id": ids, **{f.name: told[f.name] for f in fields[1:]}}
            parts.append(pa.table(columns, schema=pa.schema(fields)))
            rows = zip(table["scene"].to_pylist(), told["questions"])
            there = [(scene, asked) for scene, asked in rows if scene is not None]
            certifier.add([scene for scene, _ in there], [asked for _, asked in there])
        pq.write_table(pa.concat_tables(parts), context.folder / TABLE)
        made = certifier.result()
        write_json(context.folder / "certificate.json", made)
        if args.strict and made["failed"]:
            raise GateError(f"the questions' certificate fails: {made['failed'][0]}", where=str(context.folder))
        return {
            "questions": made["questions"],
            "families": len(made["families"]),
            "not_confirmed": sum(made["checked"].get(n, 0) for n in ("unconfirmed", "ambiguous", "degenerate")),
            "over_chance": {name: figure["over_chance"] for name, figure in made["blind"].items()},
            "failed": made["failed"],
        }
