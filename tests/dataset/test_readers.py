"""Readers: every format to one schema, the same however it is cut; formats told; writers round trip."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from seedbed import registry
from seedbed.dataset.readers import COLLECTED, Part, Quarantined, parts_of, read
from seedbed.dataset.writers import write_jsonl, write_parquet, write_warc, write_webdataset
from seedbed.errors import UsageError

TEXTS = [f"line {i}\nπ {'x' * (i * 7 % 50)}" for i in range(40)]
TABLE = pa.table(
    {
        "text": TEXTS,
        "url": [f"https://user@WWW.Site{i % 3}.example:80/{i}" for i in range(40)],
        "licence": ["MIT", None] * 20,
        "language": ["en"] * 40,
    }
)


def rows_of(
    *inputs: str | Path, part_bytes: int = 64 << 20, format: str = "auto", **options: object
) -> tuple[pa.Table, list[Quarantined]]:
    damaged: list[Quarantined] = []
    parts = parts_of(inputs, format=format, part_bytes=part_bytes)
    tables = [t for part in parts for t in read(part, quarantine=damaged, **options)]  # type: ignore[arg-type]
    assert all(t.schema == COLLECTED for t in tables)
    return pa.concat_tables([COLLECTED.empty_table(), *tables]), damaged


def png(color: str = "red", size: tuple[int, int] = (4, 3)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def write_csv(rows: list[dict[str, str | None]], path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if path.suffix == ".tsv" else ",")
        writer.writeheader()
        writer.writerows(rows)


def make(path: Path, table: pa.Table) -> Path:
    """The table in the format of the path's name."""
    name = path.name
    if ".jsonl" in name:
        write_jsonl([table], path)
    elif ".parquet" in name:
        write_parquet([table], path, group_rows=7)
    elif ".tar" in name:
        write_webdataset([table], path)
    elif name.endswith(("csv", "tsv")):
        write_csv(table.to_pylist(), path)
    elif ".arrow" in name:
        with pa.OSFile(str(path), "wb") as out, pa.ipc.new_stream(out, table.schema) as writer:
            writer.write_table(table, max_chunksize=7)
    else:
        write_warc(table.to_pylist(), path)
    return path


NAMES = [
    "a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.parquet", "a.tar", "a.tar.gz", "a.csv", "a.tsv", "a.arrow", "a.warc",
    "a.warc.gz", "a.warc.zst", "a.wet.gz",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_read(tmp_path: Path, name: str) -> None:
    found, damaged = rows_of(make(tmp_path / name, TABLE))
    assert damaged == []
    assert found["text"].to_pylist() == TEXTS
    assert found["url"].to_pylist() == TABLE["url"].to_pylist()
    assert found["licence"].to_pylist() == TABLE["licence"].to_pylist()
    assert set(found["domain"].to_pylist()) == {"site0.example", "site1.example", "site2.example"}
    assert set(found["source"].to_pylist()) == {"a"}
    assert set(found["path"].to_pylist()) == {name}
    assert len(set(found["id"].to_pylist())) == len(TEXTS)
    assert found["offset"].to_pylist() == sorted(set(found["offset"].to_pylist()))
    if "warc" not in name and "wet" not in name:
        assert set(found["meta"].to_pylist()) == {'{"language":"en"}'}


@pytest.mark.parametrize("name", NAMES)
def test_rows_do_not_depend_on_cuts_or_batches(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name, TABLE.slice(0, 12))
    whole, _ = rows_of(path)
    for part_bytes in (1, 2, 3, 64, 100, 333, 4096):
        cut, damaged = rows_of(path, part_bytes=part_bytes, batch_rows=5)
        assert cut.equals(whole)
        assert damaged == []


def test_lines_belong_to_the_part_of_their_first_byte_at_every_boundary(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text":"a"}\n\n{"text":"bb"}\r\n{"text":"c"}')
    whole, size = rows_of(path)[0], path.stat().st_size
    for cut in range(1, size):
        parts = [Part(str(path), "jsonl", 0, cut, source="a"), Part(str(path), "jsonl", cut, size, source="a")]
        found = pa.concat_tables([COLLECTED.empty_table(), *(t for part in parts for t in read(part))])
        assert found.equals(whole)
    assert whole["offset"].to_pylist() == [0, 14, 29]


def test_a_part_goes_through_json() -> None:
    part = Part("a.jsonl", "jsonl", 3, None, root="x")
    assert Part.from_dict(json.loads(json.dumps(part.to_dict()))) == part


@pytest.mark.parametrize("format", registry.names("reader"))
def test_every_reader_knows_empty_one_and_the_same_again(tmp_path: Path, format: str) -> None:
    reader = registry.get("reader", format)
    ending = reader.endings[0]
    (tmp_path / f"empty{ending}").write_bytes(b"")
    empty, damaged = rows_of(tmp_path / f"empty{ending}", format=format)
    assert empty.num_rows == 0
    assert [q.reason for q in damaged] == ["empty_file"]
    one = tmp_path / f"one{ending}"
    if format == "images":
        Image.new("RGB", (4, 3)).save(one)
    elif format == "text":
        one.write_text("some text")
    else:
        make(one, TABLE.slice(0, 1))
    first, damaged = rows_of(one, format=format)
    assert first.num_rows == 1
    assert damaged == []
    assert first.equals(rows_of(one, format=format)[0])
    assert parts_of([one])[0].format in (format, "warc")


def test_a_folder_is_searched_in_order(tmp_path: Path) -> None:
    data = tmp_path / "books"
    (data / "b").mkdir(parents=True)
    make(data / "b" / "x.jsonl", TABLE.slice(0, 2))
    make(data / "a.parquet", TABLE.slice(2, 2))
    (data / "note.md").write_text("# note")
    (data / "page.html").write_text("<html><body><p>A page of text.</p></body></html>")
    (data / ".hidden.jsonl").write_text("{}")
    (data / "_SUCCESS").write_text("")
    (data / "odd.bin").write_bytes(b"\1\2")
    found, damaged = rows_of(data)
    assert damaged == []
    assert found["path"].to_pylist() == ["note.md", "page.html", "a.parquet", "a.parquet", "b/x.jsonl", "b/x.jsonl"]
    assert set(found["source"].to_pylist()) == {"books"}
    assert found["text"][1].as_py().strip() == "A page of text."
    assert rows_of(data, html=False)[0]["text"][1].as_py().startswith("<html>")
    assert rows_of(f"{data}/*/*.jsonl")[0].num_rows == 2
    assert rows_of(data, format="jsonl")[0]["path"].to_pylist() == ["b/x.jsonl"] * 2


def test_ids_do_not_depend_on_where_a_folder_lies(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        make_in = tmp_path / name / "data"
        make_in.mkdir(parents=True)
        make(make_in / "a.jsonl", TABLE)
        ids.append(rows_of(make_in)[0]["id"])
    assert ids[0] == ids[1]
    both, _ = rows_of(tmp_path / "one" / "data", tmp_path / "two" / "data")
    assert len(set(both["id"].to_pylist())) == 2 * len(TEXTS)
    assert set(both["path"].to_pylist()) == {"one/data/a.jsonl", "two/data/a.jsonl"}


def test_formats_are_told_by_bytes_where_names_say_nothing(tmp_path: Path) -> None:
    for name, format in (("a.warc", "warc"), ("a.jsonl", "jsonl"), ("a.parquet", "parquet"), ("a.tar", "webdataset")):
        path = make(tmp_path / name, TABLE.slice(0, 1)).rename(tmp_path / f"plain_{name.partition('.')[2]}")
        assert parts_of([path])[0].format == format


def test_what_cannot_be_found_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        parts_of([tmp_path / "absent"])
    with pytest.raises(UsageError, match="no file matches"):
        parts_of([f"{tmp_path}/*.jsonl"])
    with pytest.raises(UsageError, match=r"unknown reader 'parqet'; did you mean 'parquet'"):
        parts_of([tmp_path], format="parqet")
    (tmp_path / "x.bin").write_bytes(b"\0\1")
    with pytest.raises(UsageError, match=r"nothing that can be read; saw 1 \.bin"):
        parts_of([tmp_path])
    with pytest.raises(UsageError, match="not a format that can be read"):
        parts_of([tmp_path / "x.bin"])
    with pytest.raises(UsageError, match=r"no column 'txt'"):
        read(Part("x", "jsonl"), fields={"txt": "a"})
    with pytest.raises(UsageError, match="cannot be opened"):
        parts_of(["nosuchscheme://x/y"])


def test_urls_are_read_through_fsspec(tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for name in ("a.jsonl", "sub/b.warc.gz", "c.parquet", "d.arrow"):
        make(tmp_path / Path(name).name, TABLE.slice(0, 3))
        memory.pipe_file(f"/crawl/{name}", (tmp_path / Path(name).name).read_bytes())
    memory.pipe_file("/crawl/e.png", png())
    found, damaged = rows_of("memory://crawl")
    assert damaged == []
    assert found.num_rows == 13
    assert "memory://crawl/sub/b.warc.gz" in found["path"].to_pylist()
    assert rows_of("memory://crawl/*.jsonl", part_bytes=50)[0].num_rows == 3
    assert rows_of(f"file://{tmp_path}/a.jsonl")[0].num_rows == 3


def test_fields_name_columns_and_a_missing_one_is_told(tmp_path: Path) -> None:
    for name in ("a.parquet", "a.csv", "a.jsonl", "a.arrow"):
        path = make(tmp_path / name, pa.table({"words": ["x", "y"], "n": [1, 2]}))
        found, damaged = rows_of(path, fields={"text": "words"})
        assert found["text"].to_pylist() == ["x", "y"]
        assert damaged == []
        for fields in ({}, {"text": "wrods"}):
            found, damaged = rows_of(path, fields=fields)
            assert found.num_rows == 0
            assert {q.reason for q in damaged} == {"missing_column"}
            assert "words, n" in damaged[0].detail


def test_values_of_other_kinds_go_to_meta(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    record = {"TEXT": 5, "url": ["u"], "date": "2024-05-06T07:08", "meta": {"a": 1}, "big": 1e999, "b": None}
    path.write_text(json.dumps(record) + "\n")
    row = rows_of(path)[0].to_pylist()[0]
    assert (row["text"], row["url"], row["crawled"]) == ("5", None, "2024-05-06")
    assert row["meta"] == '{"a":1,"url":["u"]}'


def test_pictures_of_a_folder_have_their_metadata(tmp_path: Path) -> None:
    data = tmp_path / "pets"
    (data / "train").mkdir(parents=True)
    for k, color in enumerate(["red", "green", "blue", "white"]):
        (data / "train" / f"{k}.png").write_bytes(png(color))
    (data / "metadata.jsonl").write_text('{"file_name": "train/0.png", "text": "a cat", "licence": "CC0-1.0"}\n')
    (data / "train" / "metadata.csv").write_text("file_name,caption,url\n1.png,a dog,https://a.example/1\n")
    (data / "train" / "2.txt").write_text("a bird\n")
    (data / "train" / "3.json").write_text('{"caption": "a fish", "depth": 3}')
    found, damaged = rows_of(data)
    assert damaged == []
    assert found["caption"].to_pylist() == ["a cat", "a dog", "a bird", "a fish"]
    assert found["licence"].to_pylist()[0] == "CC0-1.0"
    assert found["meta"].to_pylist()[3] == '{"depth":3}'
    assert found["image"][0].as_py() == png("red")
    assert found.equals(rows_of(data, part_bytes=1)[0])
    assert len(parts_of([data], part_bytes=1)) == 4


def test_pictures_round_trip_through_tables_and_tars(tmp_path: Path) -> None:
    table = pa.table({"image": [png("red"), png("blue")], "caption": ["red", "blue"], "n": [1, 2]})
    for name in ("a.parquet", "a.tar"):
        found, damaged = rows_of(make(tmp_path / name, table))
        assert damaged == []
        assert found.select(["image", "caption"]).equals(table.select(["image", "caption"]))
        assert found["meta"].to_pylist() == ['{"n":1}', '{"n":2}']
    with pytest.raises(UsageError, match="hold no pictures"):
        write_jsonl([table], tmp_path / "a.jsonl")
    assert not list(tmp_path.glob("*.jsonl")) and not list(tmp_path.glob(".*part"))


def test_folders_of_hugging_face_datasets(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    made = datasets.Dataset.from_dict({"text": TEXTS, "n": list(range(40))})
    datasets.DatasetDict({"train": made}).save_to_disk(str(tmp_path / "saved"))
    found, damaged = rows_of(tmp_path / "saved")
    assert damaged == []
    assert found["text"].to_pylist() == TEXTS
    assert {p.format for p in parts_of([tmp_path / "saved"])} == {"hf"}
    picture = pa.array([{"bytes": png(), "path": None}], pa.struct([("bytes", pa.binary()), ("path", pa.string())]))
    (tmp_path / "repo").mkdir()
    pq.write_table(pa.table({"image": picture, "text": ["red"]}), tmp_path / "repo" / "train-0.parquet")
    assert rows_of(tmp_path / "repo")[0]["image"].to_pylist() == [png()]


def test_long_names_in_tars(tmp_path: Path) -> None:
    import tarfile

    for number, format in enumerate((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)):
        path = tmp_path / f"{number}.tar"
        with tarfile.open(path, "w", format=format) as tar:
            for ending, data in (("png", png()), ("txt", b"told"), ("depth.png", b"-"), ("cls", b"7")):
                about = tarfile.TarInfo(f"{'folder/' * 30}é1.{ending}")
                about.size = len(data)
                tar.addfile(about, io.BytesIO(data))
        found, damaged = rows_of(path)
        assert damaged == []
        assert found["caption"].to_pylist() == ["told"]
        assert found["meta"].to_pylist() == ['{"cls":"7"}']


def test_the_same_picture_in_two_inputs_has_two_ids(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(png())
    found, _ = rows_of(tmp_path / "a", tmp_path / "b", tmp_path / "a" / "1.png")
    assert set(found["path"].to_pylist()) == {"a/1.png", "b/1.png"}
    assert len(set(found["id"].to_pylist())) == 2


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    path = make(tmp_path / "a.jsonl", TABLE.slice(0, 2))
    assert rows_of(tmp_path, path, f"{tmp_path}/*")[0].num_rows == 2


def test_a_corpus_larger_than_its_texts_is_made_of_them() -> None:
    from benchmarks import corpus

    real = [{"text": f"a{k}\n\nb\n\nc", "url": f"u{k}", "source": "s", "licence": None, "meta": None} for k in range(3)]
    made = list(corpus.enough(real, 60))
    assert made == list(corpus.enough(real, 60))
    assert made[:3] == real
    assert {d["meta"]["made_from"] for d in made[3:]} <= {"u0", "u1", "u2"}
    assert len({d["url"] for d in made}) == len(made) > 3
