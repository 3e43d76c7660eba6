"""Croissant 1.1 with the vocabulary for responsible AI (RAI 1.0): a dataset described in JSON-LD.

Format: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html and croissant-rai-spec.html. Every property is
counted in the rows or follows from the lineage or the use policy; a property about which nothing is known is left out.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from seedbed.dataset.policy import Policy
from seedbed.document.policy import forbidden_lines, use_lines

SPEC, RAI = "http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"
RECORDS = "rows"  # the id of the record set
MOST_LEVELS = 40
PEOPLE = ("person", "gender", "sex", "race", "ethnicity", "age", "skin_tone", "religion", "subject")
PRIVATE = ("score.private", "score.faces", "redacted", "blurred")  # what the privacy operators of curation write
NOT_LEVELS = {"id", "world", "version", "seed", "index", "source", "licence", "consent", "error", "split"}

# JSON-LD context of the specification
CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "arrayShape": "cr:arrayShape", "citeAs": "cr:citeAs",
    "column": "cr:column", "conformsTo": "dct:conformsTo", "containedIn": "cr:containedIn",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/", "description": {"@container": "@language"},
    "equivalentProperty": "cr:equivalentProperty", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileProperty": "cr:fileProperty", "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5",
    "name": {"@container": "@language"}, "parentField": "cr:parentField", "path": "cr:path",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
    "replace": "cr:replace", "samplingRate": "cr:samplingRate", "sc": "https://schema.org/",
    "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip

_TYPES = {
    pa.string(): "sc:Text", pa.large_string(): "sc:Text", pa.bool_(): "sc:Boolean", pa.int8(): "cr:Int8",
    pa.int16(): "cr:Int16", pa.int32(): "cr:Int32", pa.int64(): "cr:Int64", pa.uint8(): "cr:UInt8",
    pa.uint16(): "cr:UInt16", pa.uint32(): "cr:UInt32", pa.uint64(): "cr:UInt64", pa.float16(): "cr:Float16",
    pa.float32(): "cr:Float32", pa.float64(): "cr:Float64", pa.date32(): "sc:Date", pa.binary(): "sc:ImageObject",
    pa.large_binary(): "sc:ImageObject",
}  # fmt: skip


class Rows(Protocol):
    """What a description needs of a dataset or of a view of one."""

    def __len__(self) -> int: ...

    @property
    def schema(self) -> pa.Schema: ...

    @property
    def lineage(self) -> dict[str, Any]: ...

    def table(self, columns: list[str]) -> pa.Table: ...


@dataclass(frozen=True)
class File:
    """The file that holds the rows: name in the folder, sha256 (hex), bytes."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class About:
    """What is not in the rows: name, version of the table, date of its last commit (ISO 8601), policy, results."""

    name: str
    version: int
    date: str
    policy: Policy | None = None
    curation: Mapping[str, Any] = field(default_factory=dict)  # curation.json of a curated dataset


def data_type(kind: pa.DataType) -> str | None:
    """The Croissant type of a flat column; None for columns that Croissant readers do not take flat."""
    return _TYPES.get(kind)


def left_out(schema: pa.Schema) -> dict[str, str]:
    """Columns that are not described, each with the reason."""
    return {
        f.name: f"nested ({f.type.__class__.__name__.removesuffix('Type').lower()}): only flat columns are described"
        if pa.types.is_nested(f.type)
        else f"no Croissant type for {f.type}"
        for f in schema
        if data_type(f.type) is None
    }


def describe(rows: Rows, file: File, about: About) -> dict[str, Any]:
    """The description as JSON-LD (plain data). `rows` are exactly those in the file."""
    flat = [f.name for f in rows.schema if data_type(f.type) is not None]
    plain = rows.table([name for name in flat if data_type(rows.schema.field(name).type) != "sc:ImageObject"])
    identity = "".join(c if c.isalnum() else "_" for c in about.name)
    print_ = rows.lineage.get("fingerprint")
    made = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": [SPEC, RAI],
        "name": about.name,
        "description": _description(rows, print_),
        "license": licences(plain),
        "version": f"{about.version}.0.0",
        "datePublished": about.date[:10],
        "citeAs": f"@misc{{{identity}, title={{{about.name}}}, year={{{about.date[:4]}}}, "
        f"note={{{len(rows)} rows, version {about.version}, sha256 of the rows {print_ or 'not recorded'}}}}}",
        "distribution": [_file(file)],
        "recordSet": [
            {
                "@type": "cr:RecordSet", "@id": RECORDS, "name": RECORDS, "key": {"@id": f"{RECORDS}/id"},
                "description": "One record a row.", "field": [_field(rows.schema.field(n), file, plain) for n in flat],
            }
        ],
        **{f"rai:{key}": value for key, value in responsible(rows, plain, about).items() if value},
    }  # fmt: skip
    if "id" not in flat:
        del made["recordSet"][0]["key"]
    return made


def _description(rows: Rows, fingerprint: str | None) -> str:
    world = (rows.lineage.get("job") or {}).get("program", {}).get("world")
    what = f"made by the world '{world}'" if world else "collected"
    return f"{len(rows):,} rows, {what}." + (
        f" Fingerprint (sha256 over every row): {fingerprint}." if fingerprint else ""
    )


def _file(file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject", "@id": file.name, "name": file.name, "description": "Every row, as Parquet.",
        "contentUrl": file.name, "contentSize": f"{file.bytes} B", "encodingFormat": "application/x-parquet",
        "sha256": file.sha256,
    }  # fmt: skip


def _field(column: pa.Field, file: File, plain: pa.Table) -> dict[str, Any]:
    nulls = plain[column.name].null_count if column.name in plain.column_names else None
    told = "A picture, encoded." if nulls is None else f"{plain.num_rows - nulls} of {plain.num_rows} values are there."
    return {
        "@type": "cr:Field", "@id": f"{RECORDS}/{column.name}", "name": column.name, "description": told,
        "dataType": data_type(column.type),
        "source": {"fileObject": {"@id": file.name}, "extract": {"column": column.name}},
    }  # fmt: skip


def licences(table: pa.Table) -> list[str]:
    """The rows' licences, most frequent first: SPDX pages, expressions as they are, NOASSERTION where none is told."""
    name = "licence_spdx" if "licence_spdx" in table.column_names else "licence"
    if name not in table.column_names:
        return ["NOASSERTION"]
    found = Counter(value or "NOASSERTION" for value in table[name].to_pylist())
    return [_page(licence) for licence, _ in found.most_common()] or ["NOASSERTION"]


def _page(licence: str) -> str:
    one = licence.replace("-", "").replace(".", "").isalnum() and not licence.startswith("LicenseRef")
    return f"https://spdx.org/licenses/{licence}" if one and licence != "NOASSERTION" else licence


# -- responsible AI ---------------------------------------------------------------------------------------
def responsible(rows: Rows, plain: pa.Table, about: About) -> dict[str, Any]:
    """RAI properties without their prefix; those about which nothing is known are empty."""
    job = rows.lineage.get("job")
    return {
        **(_program(job, rows.lineage) if job else _collected(rows, plain, about.curation)),
        "dataCollectionMissingData": _missing(plain),
        "dataBiases": _levels(plain),
        "personalSensitiveInformation": _people(plain, generated=bool(job)),
        "dataUseCases": use_lines(about.policy),
        "dataLimitations": [*forbidden_lines(about.policy), *_unlicensed(plain)],
    }


def _program(job: Mapping[str, Any], lineage: Mapping[str, Any]) -> dict[str, Any]:
    program = job["program"]
    code = (lineage.get("code") or {}).get("version", "of unknown version")
    design = f"design {program['design']}" if program["design"] else "balanced over every factor"
    return {
        "dataCollection": f"Made by a program: world '{program['world']}' version {program['version']}, seed "
        f"{job['seed']}, rows {job['first']} to {job['first'] + job['rows'] - 1}, {design}. Nothing was collected.",
        "dataCollectionType": ["Others"],  # the vocabulary has no word for generated data
        "dataAnnotationProtocol": ["Labels are the program's own ground truth; no person annotated."],
        "machineAnnotationTools": [f"seedbed {code}, world {program['world']} {program['version']}"],
    }


def _collected(rows: Rows, plain: pa.Table, curation: Mapping[str, Any]) -> dict[str, Any]:
    recipe = rows.lineage.get("recipe") or {}
    warc = (recipe.get("read") or {}).get("format") == "warc" or _has(plain, "crawled")
    sources = _shares(plain, "source")
    return {
        "dataCollection": f"Read from existing files. Rows by source: {sources}." if sources else "",
        "dataCollectionType": ["Web Scraping"] if warc else ["Secondary Data Analysis"] if recipe else [],
        "dataCollectionTimeframe": _timeframe(plain),
        "dataPreprocessingProtocol": [*_curated(recipe, curation), *_changed(rows.lineage)],
    }


def _curated(recipe: Mapping[str, Any], results: Mapping[str, Any]) -> list[str]:
    if not recipe:
        return []
    names = [item if isinstance(item, str) else next(iter(item)) for item in recipe.get("signals", [])]
    rules = [item if isinstance(item, str) else next(iter(item)) for item in recipe.get("rules", [])]
    steps = [f"Measured with: {', '.join(names) or 'nothing'}.", f"Rules: {', '.join(rules) or 'none'}."]
    if recipe.get("redact"):
        steps.append("Addresses, numbers and keys of persons in texts were replaced.")
    if recipe.get("blur_faces"):
        steps.append("Faces in pictures were made unrecognisable.")
    if "kept" in results:
        steps.append(f"{results['kept']:,} of {results['rows']:,} rows were kept; the others are not in this export.")
    return steps


def _changed(lineage: Mapping[str, Any]) -> list[str]:
    cleaned = lineage.get("cleaned")
    return [f"Flagged rows: {cleaned['how']} (flag {cleaned['flag']})."] if cleaned else []


def _has(table: pa.Table, name: str) -> bool:
    return name in table.column_names and table[name].null_count < table.num_rows


def _timeframe(table: pa.Table) -> list[str]:
    """First and last date of the rows that say when they were collected."""
    dates = []
    for value in table["crawled"].to_pylist() if _has(table, "crawled") else []:
        try:
            dates.append(datetime.date.fromisoformat(str(value)[:10]).isoformat())
        except ValueError:
            continue
    return [min(dates), max(dates)] if dates else []


def _missing(table: pa.Table) -> str:
    values = [name for name in table.column_names if name != "error"]  # null where nothing went wrong
    found = {name: table[name].null_count for name in values if table[name].null_count}
    if not table.num_rows:
        return ""
    return f"Missing of {table.num_rows:,} rows: {', '.join(f'{n} {c:,}' for n, c in found.items()) or 'none'}."


def _shares(table: pa.Table, name: str) -> str:
    if name not in table.column_names:
        return ""
    found = Counter(str(value) for value in table[name].to_pylist()).most_common(8)
    return ", ".join(f"{value} {count:,}" for value, count in found)


def _levels(table: pa.Table) -> list[str]:
    """The share of the rarest and commonest level of every column with 2 to 40 levels: counts, not estimates."""
    told = []
    for name in table.column_names:
        counts = _level_counts(table, name)
        if not 2 <= len(counts) <= min(MOST_LEVELS, table.num_rows // 2):
            continue
        (most, high), (least, low) = counts.most_common()[0], counts.most_common()[-1]
        total = sum(counts.values())
        told.append(
            f"{name}: {len(counts)} levels in {total:,} rows, from {low / total:.1%} ({least}, {low:,}) "
            f"to {high / total:.1%} ({most}, {high:,})."
        )
    return told


def _level_counts(table: pa.Table, name: str) -> Counter[str]:
    kind = table.schema.field(name).type
    words = pa.types.is_string(kind) or pa.types.is_boolean(kind)
    if not words or name in NOT_LEVELS or name.startswith(("score.", "cluster.")):
        return Counter()
    return Counter(str(value) for value in table[name].to_pylist() if value is not None)


def _people(table: pa.Table, *, generated: bool) -> list[str]:
    told = [f"Column about people: {name} ({_shares(table, name)})." for name in PEOPLE[:-1] if _has(table, name)]
    if _has(table, "subject"):
        count = table.num_rows - table["subject"].null_count
        told.append(f"Column that identifies people: subject ({count:,} rows).")
    for name in PRIVATE:
        if _has(table, name):
            hits = sum(1 for value in table[name].to_pylist() if value)
            told.append(f"{name} is above 0 in {hits:,} of {table.num_rows:,} rows.")
    if told or generated:
        return told or ["None: every row is generated, and no column describes people."]
    return ["No column describes people. Texts and pictures were not searched for personal information."]


def _unlicensed(table: pa.Table) -> list[str]:
    if "licence" not in table.column_names or not table["licence"].null_count:
        return []
    return [f"No licence is stated for {table['licence'].null_count:,} of {table.num_rows:,} rows."]
