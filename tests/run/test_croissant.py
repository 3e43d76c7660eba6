"""Croissant exports, validated and loaded by mlcroissant without a network, and compared with the dataset."""

from __future__ import annotations

import io
import json
import logging
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from seedbed.dataset.dataset import Dataset
from seedbed.dataset.images import decode
from seedbed.dataset.policy import Clause, Policy, overrides, policy_of, set_policy
from seedbed.errors import UsageError
from seedbed.lineage import file_digest
from seedbed.run.curate import curate
from seedbed.run.export import export

# what rdflib and pandas say of the way in which mlcroissant uses them
pytestmark = pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated", "ignore:The inplace keyword in DataFrame.reset_index"
)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def loaded(folder: Path, caplog: pytest.LogCaptureFixture) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(the JSON-LD, the records); fails on any error or warning of mlcroissant."""
    mlcroissant = pytest.importorskip("mlcroissant")
    with caplog.at_level(logging.WARNING):
        dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
        records = list(dataset.records("rows"))
    assert not dataset.metadata.ctx.issues.errors and not dataset.metadata.ctx.issues.warnings
    assert [r.getMessage() for r in caplog.records if r.name in ("absl", "root")] == []
    return json.loads((folder / "croissant.json").read_text()), records


def same(found: Any, kept: Any) -> bool:
    """Whether a record's value is the dataset's: texts come as bytes, pictures as PIL images."""
    if isinstance(found, Image.Image):
        return np.array_equal(np.asarray(found).squeeze(), decode(kept).squeeze())
    if isinstance(kept, float):
        return found == kept or bool(np.float32(found) == np.float32(kept))
    return bool((found.decode() if isinstance(found, bytes) else found) == kept)


def png(level: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((4, 5, 3), level, np.uint8)).save(out, "PNG")
    return out.getvalue()


def people(folder: Path, licences: list[str | None] | None = None) -> Dataset:
    """Six collected rows with every flat type, nulls in each, a nested column and a picture."""
    n = 6
    given: list[str | None] = licences or ["CC-BY-4.0", "CC-BY-4.0", "CC-BY-4.0", "CC-BY-NC-4.0", "CC-BY-NC-4.0", None]
    table = pa.table(
        {
            "id": [f"sha256:{k}" for k in range(n)],
            "image": [png(40 * k) for k in range(n - 1)] + [None],
            "gender": ["f", "f", "f", "f", "m", None],
            "licence": pa.array(given, pa.string()),
            "count": pa.array([1, None, 3, 4, 5, 2**40], pa.int64()),
            "score.sharp": pa.array([0.5, None, 0.25, 1.0, 2.0, 3.0], pa.float32()),
            "ok": pa.array([True, False, None, True, True, True], pa.bool_()),
            "words": [["a"]] * n,
        }
    )
    return Dataset.from_table(folder, table)


def test_a_collected_dataset_loads_with_its_own_values(
    tmp_path: Path, offline: None, caplog: pytest.LogCaptureFixture
) -> None:
    dataset = people(tmp_path / "d")
    written = export(dataset.path, to="croissant", out=tmp_path / "x")
    about, records = loaded(tmp_path / "x", caplog)
    kept = dataset.table().to_pylist()
    flat = [name for name in dataset.schema.names if name != "words"]
    assert len(records) == len(kept) == written["rows"] == 6
    assert {name for record in records for name in record} == {f"rows/{name}" for name in flat}
    for record, row in zip(records, kept):
        assert all(same(record[f"rows/{name}"], row[name]) for name in flat)
    assert list(written["columns_left_out"]) == ["words"] and "list" in written["columns_left_out"]["words"]
    assert about["license"] == [
        "https://spdx.org/licenses/CC-BY-4.0", "https://spdx.org/licenses/CC-BY-NC-4.0", "NOASSERTION",
    ]  # fmt: skip
    (file,) = about["distribution"]
    data = tmp_path / "x" / file["contentUrl"]
    assert file["sha256"] == file_digest(data) and file["contentSize"] == f"{data.stat().st_size} B"
    assert "gender: 2 levels in 5 rows, from 20.0% (m, 1) to 80.0% (f, 4)." in about["rai:dataBiases"]
    assert about["rai:personalSensitiveInformation"] == ["Column about people: gender (f 4, m 1, None 1)."]
    assert "No licence is stated for 1 of 6 rows." in about["rai:dataLimitations"]
    for guessed in ("rai:dataUseCases", "rai:dataSocialImpact", "rai:annotatorDemographics", "rai:dataCollection"):
        assert guessed not in about  # nothing is known about it


def test_a_generated_dataset_loads_and_is_described_by_its_program(
    glyphs: Dataset, tmp_path: Path, offline: None, caplog: pytest.LogCaptureFixture
) -> None:
    export(glyphs.path, to="croissant", out=tmp_path / "x")
    export(glyphs.path, to="croissant", out=tmp_path / "y")
    for name in ("croissant.json", "data.parquet"):  # the same dataset gives the same bytes
        assert (tmp_path / "x" / name).read_bytes() == (tmp_path / "y" / name).read_bytes()
    about, records = loaded(tmp_path / "x", caplog)
    assert about["conformsTo"] == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
    assert len(records) == 400
    for record, row in list(zip(records, glyphs.table().to_pylist()))[::40]:
        assert all(same(value, row[name.removeprefix("rows/")]) for name, value in record.items())
    assert "world 'glyphs'" in about["rai:dataCollection"] and "seed 5" in about["rai:dataCollection"]
    assert glyphs.lineage["fingerprint"] in about["description"] and glyphs.lineage["fingerprint"] in about["citeAs"]
    assert about["license"] == ["https://spdx.org/licenses/CC0-1.0"]


def test_a_curated_dataset_is_exported_without_what_was_dropped(
    tmp_path: Path, offline: None, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [{"text": f"The quick brown fox number {k} jumps over the lazy dog.", "source": "s"} for k in range(4)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "docs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines, lines[0]]))
    (tmp_path / "in" / "policy.yaml").write_text("uses: [research]\n")
    recipe = {"name": "t", "signals": ["text"], "rules": [], "duplicates": {"planted": 0}, "groups": ["source"]}
    dataset = curate([tmp_path / "in" / "docs.jsonl"], recipe, tmp_path / "c").dataset
    assert policy_of(dataset.path) == Policy(("research",))  # the input's policy came along
    written = export(dataset.path, to="croissant", out=tmp_path / "x", use=["research"])
    about, records = loaded(tmp_path / "x", caplog)
    assert len(records) == written["rows"] == 4 and sum(written["rows_left_out"].values()) == 1
    kept = [row for row in dataset.table().to_pylist() if row["keep"]]
    for record, row in zip(records, kept):
        assert all(same(value, row[name.removeprefix("rows/")]) for name, value in record.items())
    assert "4 of 5 rows were kept" in " ".join(about["rai:dataPreprocessingProtocol"])
    assert about["rai:dataUseCases"][0].startswith("research")
    again = curate([tmp_path / "x"], recipe, tmp_path / "again").dataset
    assert len(again) == 4 and policy_of(again.path) == Policy(("research",))  # and out of the export again


@pytest.mark.parametrize("part", ["source", "sha256", "license"])
def test_mlcroissant_would_say_so_if_the_description_were_wrong(tmp_path: Path, part: str) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    export(people(tmp_path / "d").path, to="croissant", out=tmp_path / "x")
    about = json.loads((tmp_path / "x" / "croissant.json").read_text())
    if part == "source":
        about["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "other.parquet"
    else:
        del (about if part == "license" else about["distribution"][0])[part]
    try:
        said = mlcroissant.Dataset(jsonld=about).metadata.ctx.issues
    except mlcroissant.ValidationError:
        return
    assert part == "license" and said.warnings


def test_rows_of_non_commercial_licences_are_not_exported_for_commerce(tmp_path: Path) -> None:
    dataset = people(tmp_path / "d")
    with pytest.raises(UsageError, match=r"2 of 6 rows do not allow it \(CC-BY-NC-4.0 2\)"):
        export(dataset.path, to="huggingface", out=tmp_path / "x", use=["commercial"])
    assert not (tmp_path / "x").exists()
    export(dataset.path, to="huggingface", out=tmp_path / "x", use=["research"])
    fine = people(tmp_path / "fine", ["MIT", "CC0-1.0", "MIT OR CC-BY-NC-4.0", "MIT", "MIT", None])
    export(fine.path, to="huggingface", out=tmp_path / "y", use=["commercial"])
    assert json.loads((tmp_path / "y" / "seedbed.json").read_text())["rows_of_unknown_terms"] == {"commercial": 1}


def test_a_policy_and_its_overrides_travel_into_the_export(tmp_path: Path) -> None:
    dataset = people(tmp_path / "d")
    policy = Policy(("research",), (Clause("not-sold", "commercial", "Not for sale."),))
    set_policy(dataset.path, policy)
    with pytest.raises(UsageError, match="no use is named"):
        export(dataset.path, to="croissant", out=tmp_path / "x")
    with pytest.raises(UsageError, match="clause 'not-sold': Not for sale"):
        export(dataset.path, to="croissant", out=tmp_path / "x", use=["commercial"])
    assert not (tmp_path / "x").exists() and overrides(dataset.path) == []
    export(dataset.path, to="croissant", out=tmp_path / "x", use=["research"])
    assert policy_of(tmp_path / "x") == policy and overrides(tmp_path / "x") == []
    export(dataset.path, to="croissant", out=tmp_path / "y", use=["commercial"], override="Ada: bought the rights")
    assert overrides(tmp_path / "y") == overrides(dataset.path) != []
    assert [bad["clause"] for bad in overrides(dataset.path)[0]["refused"]] == ["not-sold", "licence"]
    about = json.loads((tmp_path / "y" / "croissant.json").read_text())
    assert "Forbidden use commercial (clause not-sold): Not for sale." in about["rai:dataLimitations"]
