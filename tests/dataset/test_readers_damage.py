"""Damage is told with its place, and everything else is still read."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zlib
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard
from PIL import Image

from seedbed.dataset.readers import COLLECTED, Part, Quarantined, parts_of, read, streams
from seedbed.dataset.writers import write_jsonl, write_parquet, write_warc, write_webdataset

NOISE = "".join(chr(33 + (i * i * 31 + i // 7) % 90) for i in range(3000))  # packs badly
TABLE = pa.table(
    {"text": [f"{i} {NOISE[i * 10 :]}" for i in range(60)], "url": [f"https://a.example/{i}" for i in range(60)]}
)


def read_all(path: Path, **options: object) -> tuple[list[dict[str, object]], list[Quarantined]]:
    damaged: list[Quarantined] = []
    tables = [t for part in parts_of([path]) for t in read(part, quarantine=damaged, **options)]  # type: ignore[arg-type]
    return pa.concat_tables([COLLECTED.empty_table(), *tables]).to_pylist(), damaged


def told(damaged: list[Quarantined]) -> list[tuple[str, int]]:
    return [(q.reason, q.offset) for q in damaged]


def png(size: tuple[int, int] = (4, 3)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size).save(out, "PNG")
    return out.getvalue()


def huge_png() -> bytes:
    """A header that promises 20,000 x 20,000 pixels."""
    data = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + data
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return head + struct.pack(">I", 100) + b"IDAT" + bytes(104)


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.warc.gz", "a.parquet", "a.tar", "a.txt", "a.png", "a.arrow"])
def test_empty_files(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    rows, damaged = read_all(tmp_path / name)
    assert (rows, told(damaged)) == ([], [("empty_file", 0)])
    assert damaged[0].path.endswith(name)


def test_nothing_compressed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b""))
    assert told(read_all(tmp_path / "a.jsonl.gz")[1]) == [("empty_file", 0)]


def test_bad_lines_are_told_by_offset(tmp_path: Path) -> None:
    lines = [
        b'{"text": "one"}', b'{"text": }', b"[1, 2]", b'{"text": "\xff\xfe"}', b'{"text": "\\ud800"}', b'{"text": "two"}',
        b'{"other": 1}', b"[" * 100_000, b'{"text": ' + b"9" * 5000 + b"}", b"\x00\x01",
    ]  # fmt: skip
    offsets = [sum(len(line) + 1 for line in lines[:k]) for k in range(len(lines))]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    rows, damaged = read_all(tmp_path / "a.jsonl")
    assert [row["text"] for row in rows] == ["one", "two"]
    reasons = {
        1: "bad_json",
        2: "bad_record",
        3: "invalid_utf8",
        4: "invalid_utf8",
        6: "missing_column",
        7: "bad_json",
        8: "bad_json",
        9: "bad_json",
    }
    assert told(damaged) == [(reason, offsets[k]) for k, reason in reasons.items()]


def test_a_mark_of_byte_order_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "one"}\n')
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbftext\none\n")
    for name in ("a.jsonl", "a.csv"):
        rows, damaged = read_all(tmp_path / name)
        assert ([row["text"] for row in rows], damaged) == (["one"], [])


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst"])
def test_a_line_without_end_is_stepped_over(tmp_path: Path, name: str) -> None:
    data = b'{"text":"one"}\n{"text":"' + b"x" * 3_000_000 + b'"}\n{"text":"two"}\n{"text":"' + b"y" * 2_000_000
    packed = {"gz": gzip.compress, "zst": zstandard.ZstdCompressor().compress}.get(name.rpartition(".")[2], bytes)
    (tmp_path / name).write_bytes(packed(data))
    rows, damaged = read_all(tmp_path / name, max_bytes=1 << 20)
    assert [row["text"] for row in rows] == ["one", "two"]
    assert told(damaged) == [("line_too_long", 15), ("line_too_long", 3_000_027 + 15)]


def test_a_long_line_across_parts_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text":"' + b"x" * 50_000 + b'"}\n{"text":"two"}\n')
    damaged: list[Quarantined] = []
    tables = [t for part in parts_of([path], part_bytes=1000) for t in read(part, max_bytes=5000, quarantine=damaged)]
    assert pa.concat_tables(tables)["text"].to_pylist() == ["two"]
    assert told(damaged) == [("line_too_long", 0)]


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_truncated_streams_give_what_was_before(tmp_path: Path, ending: str) -> None:
    for kind in ("jsonl", "warc", "tar"):
        path = tmp_path / f"a.{kind}.{ending}"
        if kind == "jsonl":
            write_jsonl([TABLE], path)
        elif kind == "warc":
            write_warc(TABLE.to_pylist(), path)
        else:
            path.write_bytes(_packed_tar(tmp_path, ending))
        whole, _ = read_all(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        rows, damaged = read_all(path)
        assert [q.reason for q in damaged] == ["truncated"], kind
        assert rows == whole[: len(rows)]
        assert 0 < len(rows) < len(whole) or ending == "zst"
        if kind == "warc":
            assert damaged[0].offset == whole[len(rows)]["offset"]


def _packed_tar(folder: Path, ending: str) -> bytes:
    write_webdataset([TABLE], folder / "plain.tar")
    data = (folder / "plain.tar").read_bytes()
    return gzip.compress(data) if ending == "gz" else zstandard.ZstdCompressor().compress(data)


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_damaged_member_of_a_crawl_is_stepped_over(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.warc.{ending}"
    write_warc(TABLE.to_pylist(), path)
    whole, _ = read_all(path)
    data = bytearray(path.read_bytes())
    hit = int(str(whole[20]["offset"]))
    for at in range(hit + 30, hit + 300):
        data[at] ^= 0xA5
    path.write_bytes(data)
    rows, damaged = read_all(path)
    assert rows == whole[:20] + whole[21:]
    assert [(q.reason.partition("_")[0], q.offset) for q in damaged] == [("damaged", hit)]


def test_bytes_between_members_are_stepped_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    one, two = gzip.compress(b'{"text":"one"}\n'), gzip.compress(b'{"text":"two"}\n')
    path.write_bytes(one + b"\0" * 512 + two)
    rows, damaged = read_all(path)
    assert ([row["text"] for row in rows], damaged) == (["one", "two"], [])
    path.write_bytes(one + b"junk" + two + b"\0" * 100)
    rows, damaged = read_all(path)
    assert [row["text"] for row in rows] == ["one", "two"]
    assert told(damaged) == [("not_gzip", len(one))]


def test_what_only_claims_to_be_gzip(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(b'{"text":"one"}\n')
    rows, damaged = read_all(tmp_path / "a.jsonl.gz")
    assert (rows, told(damaged)) == ([], [("not_gzip", 0)])


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "a.warc.gz", "a.txt.gz"])
def test_bombs_are_stopped(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BOMB_BYTES", 4 << 20)
    monkeypatch.setattr(streams, "BOMB_RATIO", 200)
    data = bytes(32 << 20)
    packed = gzip.compress(data) if name.endswith("gz") else zstandard.ZstdCompressor().compress(data)
    (tmp_path / name).write_bytes(packed)
    rows, damaged = read_all(tmp_path / name, max_bytes=64 << 20)
    assert rows == []
    assert damaged[-1].reason == "decompression_bomb"


def test_a_crawl_of_pages(tmp_path: Path) -> None:
    page = "<html><head><title>t</title></head><body><p>Grüße aus dem Café, viele schöne Grüße</p></body></html>"
    blocks = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n" + page.encode("latin-1"),
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n" + page.encode(),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(page.encode()),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n" + _chunked(page.encode()),
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n" + png(),
        b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nno picture",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF",
        b"nothing of HTTP",
    ]
    for name, pack in (("a.warc.gz", gzip.compress), ("a.warc", bytes)):
        (tmp_path / name).write_bytes(b"".join(pack(_response(k, block)) for k, block in enumerate(blocks)))
        rows, damaged = read_all(tmp_path / name)
        assert [row["url"] for row in rows] == [f"https://a.example/{k}" for k in (0, 2, 3, 4)]
        assert all("Grüße aus dem Café" in str(row["text"]) for row in rows[:3])
        assert rows[3]["image"] == png()
        assert {row["crawled"] for row in rows} == {"2024-05-06"}
        assert [q.reason for q in damaged] == ["not_an_image", "bad_record"]


def _chunked(data: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (data[:50], data[50:])) + b"0\r\n\r\n"


def _response(number: int, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/{number}\r\n"
        f"WARC-Date: 2024-05-06T07:08:09Z\r\nContent-Type: application/http; msgtype=response\r\n"
    )
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(block) + block + b"\r\n\r\n"


def test_a_crawl_in_one_gzip_member_has_ids_of_its_own(tmp_path: Path) -> None:
    write_warc(TABLE.to_pylist(), tmp_path / "a.warc")
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress((tmp_path / "a.warc").read_bytes()))
    plain, packed = read_all(tmp_path / "a.warc")[0], read_all(tmp_path / "b.warc.gz")[0]
    assert [row["offset"] for row in packed] == [row["offset"] for row in plain]


def test_damage_inside_a_plain_crawl(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    write_warc(TABLE.to_pylist(), path)
    whole, _ = read_all(path)
    data = bytearray(path.read_bytes())
    hit = int(str(whole[5]["offset"]))
    data[hit : hit + 40] = b"?" * 40
    path.write_bytes(data[:-500])
    rows, damaged = read_all(path)
    assert rows == whole[:5] + whole[6:-1]
    assert told(damaged) == [("bad_record", hit), ("truncated", whole[-1]["offset"])]
    for part_bytes in (1, 5000, 40_000):
        again = [t for part in parts_of([path], part_bytes=part_bytes) for t in read(part)]
        assert pa.concat_tables(again).to_pylist() == rows


def test_a_page_that_holds_a_crawl_is_one_record(tmp_path: Path) -> None:
    inner = _response(7, b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\ninner").decode()
    write_warc([{"url": f"https://a.example/{k}", "text": f"\r\n\r\n{inner}"} for k in range(9)], tmp_path / "a.warc")
    for part_bytes in (1, 100, 333, 1000):
        parts = parts_of([tmp_path / "a.warc"], part_bytes=part_bytes)
        found = pa.concat_tables([t for part in parts for t in read(part)])
        assert found["url"].to_pylist() == [f"https://a.example/{k}" for k in range(9)]


def test_records_over_the_limit(tmp_path: Path) -> None:
    table = pa.table({"text": ["one", "x" * 50_000, "two"]})
    write_warc(table.to_pylist(), tmp_path / "a.warc.gz")
    write_webdataset([table], tmp_path / "a.tar")
    write_parquet([table], tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text(f"text\none\n{'x' * 50_000}\ntwo\n")
    for name in ("a.warc.gz", "a.tar", "a.parquet", "a.csv"):
        rows, damaged = read_all(tmp_path / name, max_bytes=20_000)
        assert [row["text"] for row in rows] == ["one", "two"], name
        assert [q.reason for q in damaged] in (["record_too_large"], ["line_too_long"])


def test_bad_rows_of_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    head = b'text,url\n"two\nlines, ""quoted""",u\n'
    path.write_bytes(
        head
        + b"one\n\xffbad,u\n"
        + b'"bad\n\xff too",u\n'
        + b"nul\0,u\nlast,\n"
        + b'"never closed,u\n'
        + b"x,y\n" * 9000
    )
    rows, damaged = read_all(path, max_bytes=20_000)
    assert [row["text"] for row in rows][:3] == ['two\nlines, "quoted"', "nul\0", "last"]
    at = len(head)
    assert told(damaged)[:3] == [("bad_record", at), ("invalid_utf8", at + 4), ("invalid_utf8", at + 11)]
    assert damaged[3].reason == "bad_record" and "quote" in damaged[3].detail
    assert len(rows) > 3000  # goes on after the limit


def test_pictures_that_are_none(tmp_path: Path) -> None:
    for name, data in (("a", png()), ("b", b"no picture"), ("c", huge_png()), ("d", b""), ("e", png())):
        (tmp_path / f"{name}.png").write_bytes(data)
    (tmp_path / "e.txt").write_bytes(b"\xff")
    rows, damaged = read_all(tmp_path)
    assert [row["path"] for row in rows] == ["a.png"]
    assert [q.reason for q in damaged] == ["not_an_image", "decompression_bomb", "empty_file", "invalid_utf8"]
    assert all(q.path.endswith(f"{name}.png") for q, name in zip(damaged, "bcde"))


def test_texts_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("sound")
    (tmp_path / "b.txt").write_bytes(b"abc\xff")
    (tmp_path / "c.txt").write_text("x" * 999)
    rows, damaged = read_all(tmp_path, max_bytes=500)
    assert [row["text"] for row in rows] == ["sound"]
    assert told(damaged) == [("invalid_utf8", 3), ("record_too_large", 0)]


def test_damaged_tars(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as tar:
        for name, data in (
            ("1.png", png()),
            ("1.txt", b"one"),
            ("2.json", b"{"),
            ("3.png", b"?"),
            ("4.txt", b"four"),
            ("5.txt", b"f" * 600),
        ):
            about = tarfile.TarInfo(name)
            about.size = len(data)
            tar.addfile(about, io.BytesIO(data))
    rows, damaged = read_all(path)
    assert [row["caption"] or str(row["text"])[:4] for row in rows] == ["one", "four", "ffff"]
    assert [q.reason for q in damaged] == ["bad_json", "not_an_image"]
    data = bytearray(path.read_bytes())
    hit = int(str(rows[1]["offset"]))
    data[hit : hit + 100] = b"?" * 100
    path.write_bytes(data[: int(str(rows[2]["offset"])) + 900])
    rows, damaged = read_all(path)
    assert [row["caption"] for row in rows] == ["one"]
    assert sorted(q.reason for q in damaged) == ["bad_json", "damaged_tar", "not_an_image", "truncated"]


def test_damaged_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_parquet([TABLE], path, group_rows=20)
    whole, _ = read_all(path)
    data = bytearray(path.read_bytes())
    data[4:200] = b"\xff" * 196  # pages of the first row group
    path.write_bytes(data)
    rows, damaged = read_all(path)
    assert rows == whole[20:]
    assert told(damaged) == [("damaged_rows", 0)]
    path.write_bytes(data[:-100])
    assert told(read_all(path)[1]) == [("not_parquet", 0)]
    (tmp_path / "a.arrow").write_bytes(b"\xff\xff\xff\xff\x10")
    assert told(read_all(tmp_path / "a.arrow")[1]) == [("not_arrow", 0)]


def test_a_truncated_arrow_file_gives_its_whole_batches(tmp_path: Path) -> None:
    path = tmp_path / "a.arrow"
    with pa.OSFile(str(path), "wb") as out, pa.ipc.new_stream(out, TABLE.schema) as writer:
        writer.write_table(TABLE, max_chunksize=10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    rows, damaged = read_all(path)
    assert [row["text"] for row in rows] == TABLE["text"].to_pylist()[: len(rows)]
    assert told(damaged) == [("damaged_rows", len(rows))]
    assert 0 < len(rows) < 60


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    damaged: list[Quarantined] = []
    assert list(read(Part(str(tmp_path / "gone.jsonl"), "jsonl"), quarantine=damaged)) == []
    assert [q.reason for q in damaged] == ["unreadable"]


def test_a_file_of_only_damage_does_not_fill_memory(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"?\n" * 10_500)
    _, damaged = read_all(tmp_path / "a.jsonl")
    assert len(damaged) == 10_001
    assert (damaged[-1].reason, damaged[-1].detail) == ("more", "500 bad_json")


def test_batches_are_bounded_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seedbed.dataset.readers import reading

    monkeypatch.setattr(reading, "BATCH_BYTES", 10_000)
    write_jsonl([TABLE], tmp_path / "a.jsonl")
    tables = [t for part in parts_of([tmp_path]) for t in read(part)]
    assert len(tables) > 10
