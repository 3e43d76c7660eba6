"""The dataset: append, views, added columns, streaming, fingerprints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from seedbed.dataset import store
from seedbed.dataset.dataset import Dataset
from seedbed.dataset.images import decode, encode
from seedbed.errors import PartialError, UsageError


def table(n: int = 10) -> pa.Table:
    rng = np.random.default_rng(0)
    return pa.table(
        {
            "id": [f"r{k}" for k in range(n)],
            "category": [["mug", "cup", None][k % 3] for k in range(n)],
            "size": [float(k) for k in range(n)],
            "image": [encode(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)) for _ in range(n)],
        }
    )


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return Dataset.from_table(tmp_path / "d", table())


def test_rows_come_back_in_order(dataset: Dataset) -> None:
    assert len(dataset) == 10
    assert dataset[3]["id"] == "r3" and dataset[-1]["id"] == "r9"
    assert dataset.take([7, 2, 2], ["id"])["id"].to_pylist() == ["r7", "r2", "r2"]
    assert [t.num_rows for t in dataset.batches(["id"], batch_size=4)] == [4, 4, 2]
    with pytest.raises(IndexError):
        dataset[10]


def test_views_narrow_and_read_nothing_twice(dataset: Dataset) -> None:
    mugs = dataset.where("category == 'mug'")
    assert mugs.table(["id"])["id"].to_pylist() == ["r0", "r3", "r6", "r9"]
    large = mugs.where("size > 3")
    assert [large[k]["id"] for k in range(len(large))] == ["r6", "r9"]
    assert str(large.slice) == "category == 'mug' and size > 3"
    assert len(dataset.where("category == 'teapot'")) == 0
    assert dataset.where("category == 'teapot'").table().num_rows == 0
    with pytest.raises(UsageError, match="did you mean 'category'"):
        dataset.where("categry == 'mug'")
    with pytest.raises(UsageError, match="not on a view"):
        mugs.append(table())


def test_added_columns_leave_the_others_files_alone(dataset: Dataset) -> None:
    data = dataset.path / "data.lance" / "data"
    before = {p.name: p.read_bytes() for p in data.iterdir()}
    dataset.add_columns({"score.length": lambda batch: pc.utf8_length(batch["id"])}, reads=["id"])
    after = {p.name: p.read_bytes() for p in data.iterdir()}
    assert all(after[name] == content for name, content in before.items())
    new = sum(len(content) for name, content in after.items() if name not in before)
    assert new < 2000
    assert dataset[4]["score.length"] == 2
    assert dataset.where("score.length == 2").table(["score.length"]).num_rows == 10
    with pytest.raises(UsageError, match="exists"):
        dataset.add_columns({"score.length": lambda batch: batch["id"]}, reads=["id"])


def test_join_columns_follows_the_rows(dataset: Dataset) -> None:
    dataset.append(table(3).set_column(0, "id", pa.array(["x", "y", "z"])))
    values = pa.table({"place": list(range(13))})
    dataset.join_columns(values)
    assert dataset.table(["place"])["place"].to_pylist() == list(range(13))
    with pytest.raises(UsageError, match="5 values for 13 rows"):
        dataset.join_columns(values.slice(0, 5).rename_columns(["other"]))


def test_append_is_one_commit_and_a_job_is_done_once(dataset: Dataset) -> None:
    version = dataset.append(table(2), job="more")
    assert version == dataset.version and len(dataset) == 12
    assert dataset.append(table(2), job="more") == version and len(dataset) == 12
    with pytest.raises(UsageError, match="do not have the dataset's columns"):
        dataset.append(table(2).drop_columns(["size"]))


def test_fingerprint_is_about_content(tmp_path: Path) -> None:
    whole = Dataset.from_table(tmp_path / "a", table())
    parts = Dataset.create(tmp_path / "b", table().schema)
    parts.append(table().slice(0, 4))
    parts.append(table().slice(4))
    assert whole.fingerprint() == parts.fingerprint() == whole.lineage["fingerprint"]
    other = Dataset.from_table(tmp_path / "c", table().take([1, 0, *range(2, 10)]))
    assert other.fingerprint() != whole.fingerprint()
    named = list(whole.schema.names)
    whole.add_columns({"new": lambda batch: batch["size"]}, reads=["size"])
    assert whole.fingerprint(named) == parts.fingerprint() != whole.fingerprint()


def test_streaming_covers_each_row_once_in_a_seeded_order(dataset: Dataset) -> None:
    stream = dataset.torch(["image", "id", "size"], batch_size=4, seed=1)
    first, second = ([i for b in stream for i in b["id"]] for _ in range(2))
    assert sorted(first) == sorted(second) == sorted(f"r{k}" for k in range(10)) and first != second
    again = dataset.torch(["id"], batch_size=4, seed=1)
    assert [i for b in again for i in b["id"]] == first
    batch = next(iter(dataset.torch(["image", "size"], batch_size=3)))
    assert tuple(batch["image"].shape) == (3, 8, 8, 3) and batch["size"].tolist() == [0, 1, 2]
    assert len(stream) == 3


def test_images_are_lossless() -> None:
    rng = np.random.default_rng(1)
    for shape in [(5, 7, 3), (5, 7, 1)]:
        pixels = rng.integers(0, 255, shape, dtype=np.uint8)
        assert np.array_equal(decode(encode(pixels)), pixels)


def test_what_is_not_a_dataset_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        Dataset(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="not a Seedbed dataset"):
        Dataset(tmp_path / "empty")
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="a file is in the way"):
        Dataset.create(tmp_path / "file" / "d", table().schema)


def test_full_disk_is_a_partial_result(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_fragments", full)
    with pytest.raises(PartialError, match="the disk is full"):
        dataset.append(table(2))
    assert len(Dataset(dataset.path)) == 10


def test_repair_walks_back_over_damage(dataset: Dataset) -> None:
    dataset.append(table(2))
    versions = dataset.path / "data.lance" / "_versions"
    newest = store._newest_manifest(versions)
    assert newest is not None
    newest.write_bytes(b"")
    with pytest.raises(UsageError, match="--repair"):
        Dataset(dataset.path)
    store.repair(dataset.path)
    assert len(Dataset(dataset.path)) == 10
    data = max((dataset.path / "data.lance" / "data").iterdir(), key=lambda p: p.stat().st_size)
    data.write_bytes(data.read_bytes()[:50])
    assert store.health(dataset.path)


def test_html_is_static_small_and_escaped(tmp_path: Path) -> None:
    bad = Dataset.from_table(tmp_path / "x", pa.table({"id": ["<script>alert(1)</script>"]}))
    shown = bad._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown and len(shown) < 200_000
