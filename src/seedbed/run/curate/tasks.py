"""The work of one part of the input, on any engine: read, measure, write fragments; sketches go beside the dataset.

A part's rows and numbers depend on the part alone, so every engine and every number of workers gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seedbed.curate.operator import Operator, build
from seedbed.lineage import canonical
from seedbed.run.curate.consent import opted_out, with_subject
from seedbed.run.curate.recipe import Curation

WRITE_BYTES = 48 << 20  # rows are written as fragments of about this much
EMPTY_CONTENT = ("text", "image", "caption", "meta")  # of rows whose owner opted out: not stored at all


def row_schema(recipe: Curation) -> pa.Schema:
    """The columns of every row that is read: the collected ones, opt_out, and what the signals write."""
    from seedbed.dataset.readers import COLLECTED

    fields = [*COLLECTED, pa.field("subject", pa.string()), pa.field("opt_out", pa.string())]
    empty = with_subject(COLLECTED.empty_table())
    for operator in operators_of(canonical(recipe.model_dump(mode="json"))):
        made = operator.run(empty)
        fields += [pa.field(name, values.type) for name, values in made.items()]
        empty = _joined(empty, made)
    if recipe.redact:
        fields.append(pa.field("redacted", pa.int32()))
    if recipe.blur_faces:
        fields.append(pa.field("blurred", pa.int32()))
    return pa.schema(fields)


@lru_cache(maxsize=4)
def operators_of(recipe_text: str) -> tuple[Operator, ...]:
    """The signals' operators, made once a process."""
    recipe = Curation.model_validate_json(recipe_text)
    return tuple(_operator(name, options) for name, options in recipe.operators())


def _operator(name: str, options: dict[str, Any]) -> Operator:
    """An operator with the recipe's options; `model: provider/model` becomes the model's scores."""
    if name == "image_text" and "model" in options:
        from seedbed.learn.models import load_model

        options = {**{k: v for k, v in options.items() if k != "model"}, "scorer": load_model(options["model"]).score}
    return build(name, **options)


def read_part(task: Mapping[str, Any]) -> dict[str, Any]:
    """Engine task: one part of the input as uncommitted fragments, with its sketches and what was quarantined."""
    from seedbed.dataset import store
    from seedbed.dataset.dataset import stored_table
    from seedbed.dataset.readers import Part, Quarantined, read

    recipe = Curation.model_validate(task["recipe"])
    folder, schema = Path(task["folder"]), None
    quarantine: list[Quarantined] = []
    fragments: list[Any] = []
    sketches = Sketches(recipe)
    rows = 0
    reading = recipe.read
    tables = read(
        Part.from_dict(task["part"]), fields=reading.fields, html=reading.html, quarantine=quarantine,
        max_bytes=reading.max_record_mb << 20,
    )  # fmt: skip
    for table in _grouped(tables):
        made = measured(table, recipe, task.get("root", ""))
        sketches.add(made)
        schema = schema or row_schema(recipe)
        made = _redacted(made) if recipe.redact else made
        made = _blurred(made) if recipe.blur_faces else made
        fragments += store.write_fragments(folder, stored_table(made.select(schema.names).cast(schema)))
        rows += made.num_rows
    sketches.save(Path(task["beside"]), task["task"])
    return {
        "fragments": fragments,
        "rows": rows,
        "quarantined": [asdict(q) for q in quarantine],
    }


def _grouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    held: list[pa.Table] = []
    size = 0
    for table in tables:
        held.append(table)
        size += table.nbytes
        if size >= WRITE_BYTES:
            yield pa.concat_tables(held).combine_chunks()
            held, size = [], 0
    if held and sum(t.num_rows for t in held):
        yield pa.concat_tables(held).combine_chunks()


def measured(table: pa.Table, recipe: Curation, root: str = "") -> pa.Table:
    """The rows with opt_out and every signal. What is opted out is not kept: only that it was there."""
    table = _opted_out(with_subject(table), recipe, root)
    for operator in operators_of(canonical(recipe.model_dump(mode="json"))):
        table = _joined(table, operator.run(table))
    return table


def _joined(table: pa.Table, made: Mapping[str, Any]) -> pa.Table:
    for name, values in made.items():
        table = table.append_column(name, values)
    return table


def _opted_out(table: pa.Table, recipe: Curation, root: str) -> pa.Table:
    reasons = opted_out(table, recipe, root)
    gone = np.asarray(reasons.is_valid())
    if gone.any():
        for name in EMPTY_CONTENT:
            kept = pc.if_else(pa.array(~gone), table[name], pa.scalar(None, table.schema.field(name).type))
            table = table.set_column(table.column_names.index(name), name, kept)
    return table.append_column("opt_out", reasons)


def _redacted(table: pa.Table) -> pa.Table:
    from seedbed.curate.privacy.redact import redact

    texts, counts = [], []
    clean = [False] * table.num_rows
    if "score.private" in table.column_names:  # where nothing was found, nothing is redacted
        clean = [score == 0 for score in table["score.private"].to_pylist()]
    for text, nothing in zip(table["text"].to_pylist(), clean):
        new, found = redact(text) if text and not nothing else (text, Counter[str]())
        texts.append(new)
        counts.append(sum(found.values()) if text else None)
    table = table.set_column(table.column_names.index("text"), "text", pa.array(texts, pa.string()))
    return table.append_column("redacted", pa.array(counts, pa.int32()))


def _blurred(table: pa.Table) -> pa.Table:
    """The pictures with every face that was found made unrecognisable; a picture that cannot be blurred is not kept."""
    from seedbed.curate.images.faces import blur_faces

    images: list[bytes | None] = []
    counts: list[int | None] = []
    for data, boxes in zip(table["image"].to_pylist(), table["face_boxes"].to_pylist()):
        images.append(blur_faces(data, boxes) if data is not None and boxes else None if boxes is None else data)
        counts.append(len(boxes) if boxes is not None else None)
    table = table.set_column(table.column_names.index("image"), "image", pa.array(images, pa.binary()))
    return table.append_column("blurred", pa.array(counts, pa.int32()))


class Sketches:
    """What the search for duplicates needs of each row, kept beside the dataset as plain arrays."""

    def __init__(self, recipe: Curation) -> None:
        self.recipe = recipe
        self.parts: dict[str, list[np.ndarray]] = {"content": []}
        if recipe.duplicates.near is not None:
            self.parts.update({"bins": [], "bands": []})

    def add(self, table: pa.Table) -> None:
        """The rows' content hashes, and their MinHash sketches."""
        from seedbed.curate.text.scan import Scanned, parts

        self.parts["content"].append(content_hashes(table))
        near = self.recipe.duplicates.near
        if near is not None:
            for part in parts(table["text"]):
                bins, bands = Scanned(part, only_words=True).sketches(near.shingle)
                self.parts["bins"].append(bins)
                self.parts["bands"].append(bands)

    def save(self, folder: Path, name: str) -> None:
        """Write the arrays, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        for kind, arrays in self.parts.items():
            if arrays:
                partial = folder / f".{kind}-{name}.part"
                with partial.open("wb") as file:
                    np.save(file, np.concatenate(arrays))
                partial.replace(folder / f"{kind}-{name}.npy")


def content_hashes(table: pa.Table) -> np.ndarray:
    """uint64 (N, 2): 128 bits of the sha256 of the text, else of the image; the row's own number where it has none."""
    texts, images, ids = (table[name].to_pylist() for name in ("text", "image", "id"))
    found = np.zeros((len(ids), 2), np.uint64)
    for row, (text, image, own) in enumerate(zip(texts, images, ids)):
        if image is not None:
            data = b"i" + image
        elif text:
            data = b"t" + text.encode("utf-8", "surrogatepass")
        else:
            data = b"r" + own.encode()
        found[row] = np.frombuffer(hashlib.sha256(data).digest()[:16], np.uint64)
    return found
