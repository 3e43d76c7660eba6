"""Signed exports, `seedbed verify IMAGE`, and what imports keep of credentials."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from seedbed.cli import cli
from seedbed.dataset.credentials import read_credentials
from seedbed.dataset.dataset import Dataset
from seedbed.dataset.readers import parts_of, read
from seedbed.document.credentials import PictureSigner, local_test_certificate
from seedbed.errors import UsageError
from seedbed.run.credentials import check, origin_of
from seedbed.run.export import export
from seedbed.run.generate import generate

NAMES = ("SEEDBED_C2PA_CERTIFICATE", "SEEDBED_C2PA_KEY", "SEEDBED_C2PA_TRUST", "SEEDBED_C2PA_TRAINING")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return generate("glyphs", rows=6, seed=11, out=tmp_path_factory.mktemp("g") / "d")


@pytest.fixture(scope="module")
def exported(made: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("x") / "e"
    export(made.path, to="credentials", out=folder)
    return folder


def verify(*words: str) -> tuple[int, str]:
    """Exit status and what was printed of `seedbed verify`."""
    done = CliRunner().invoke(cli, ["verify", *words], standalone_mode=False)
    status = getattr(done.exception, "exit_code", 0 if done.exception is None else 1)
    return status, done.output


def test_every_exported_picture_says_which_row_it_is(made: Dataset, exported: Path) -> None:
    told = json.loads((exported / "seedbed.json").read_text())
    files = sorted((exported / "images").iterdir())
    assert told["images"] == len(files) == 6 and told["not_signed"] == 0 and told["test_certificates"] == 1
    assert told["bytes_after"] == sum(f.stat().st_size for f in files) > told["bytes_before"]
    anchors = (exported / "test_certificate.pem").read_text()
    for row, file in zip(made.table().to_pylist(), files):
        found = check(file, anchors=anchors)
        assert (found["state"], found["made_again"], found["ok"]) == ("valid", "identical", True)
        assert {k: found["origin"][k] for k in ("id", "seed", "index", "licence")} == {
            k: row[k] for k in ("id", "seed", "index", "licence")
        }


def test_no_private_key_is_in_the_export(exported: Path) -> None:
    for file in exported.rglob("*"):
        assert file.is_dir() or b"PRIVATE" not in file.read_bytes()


def test_side_cars_leave_pictures_as_they_are(made: Dataset, tmp_path: Path) -> None:
    export(made.path, to="credentials-sidecar", out=tmp_path / "s")
    pictures = sorted((tmp_path / "s" / "images").glob("*.png"))
    assert [p.read_bytes() for p in pictures] == made.table(["image"])["image"].to_pylist()
    status, told = verify(str(pictures[2]))
    assert status == 0 and "kept in: sidecar" in told and "made again: identical" in told
    pictures[2].write_bytes(pictures[3].read_bytes())
    status, told = verify(str(pictures[2]))
    assert status == 3 and "assertion.dataHash.mismatch" in told and "made again" not in told


def test_verify_tells_trusted_untrusted_changed_and_none(exported: Path, tmp_path: Path) -> None:
    file = exported / "images" / "00000001.png"
    status, told = verify(str(file))
    assert status == 0 and "(untrusted)" in told and "made again: identical" in told
    assert "world glyphs" in told and "seed 11, index 1" in told
    assert "signer: test certificate, not trusted" in told and "c2pa.created algorithmicMedia" in told
    assert "valid: as it was signed" in verify(str(file), "--trust", str(exported / "test_certificate.pem"))[1]
    changed = bytearray(file.read_bytes())
    changed[changed.rindex(b"IDAT") + 12] ^= 1
    (tmp_path / "b.png").write_bytes(changed)
    status, told = verify(str(tmp_path / "b.png"), "--json")
    assert status == 3 and json.loads(told[: told.rindex("}") + 1])["state"] == "invalid"
    Image.open(file).save(tmp_path / "c.png")
    status, told = verify(str(tmp_path / "c.png"))
    assert status == 0 and told.startswith(f"{tmp_path / 'c.png'}: no credentials") and told.count("\n") == 1
    assert verify(str(file), "--pixels")[0] == 2


def test_trusting_a_file_that_is_no_certificate_is_a_mistake(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "t.pem").write_text("no")
    assert verify(str(exported / "images" / "00000001.png"), "--trust", str(tmp_path / "t.pem"))[0] == 2


def signed_by_a_stranger(origin: dict[str, Any], image: bytes, path: Path, **options: Any) -> Path:
    with PictureSigner(local_test_certificate()) as signer:
        path.write_bytes(signer.sign(image, origin, **options)[0])
    return path


def test_a_picture_that_is_not_its_row_is_found_out(made: Dataset, tmp_path: Path) -> None:
    """Anybody can sign that a picture is row 3; made again it is another."""
    rows = made.table().to_pylist()
    program = made.lineage["job"]["program"]
    file = signed_by_a_stranger(origin_of(rows[3], program), rows[4]["image"], tmp_path / "a.png")
    found = check(file)
    assert (found["state"], found["made_again"], found["ok"]) == ("untrusted", "differs", False)
    assert verify(str(file))[0] == 3
    assert check(file, again=False)["ok"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"program": None}, "carry no program"),
        ({"program": "{"}, "cannot be used"),
        ({"program": "[]"}, "cannot be used"),
        ({"program": "x" * 70_000}, "carry no program"),
        ({"index": -1}, "not numbers of a row"),
        ({"index": "3"}, "not numbers of a row"),
        ({"world": "tabletop"}, "another world"),
        ({"version": "9.ab"}, "another world or version"),
        ({"id": "glyphs@2/0/0"}, "not of this world"),
    ],
)
def test_a_strangers_origin_cannot_break_it(made: Dataset, tmp_path: Path, change: dict[str, Any], why: str) -> None:
    row = made.table().to_pylist()[3]
    origin = {**origin_of(row, made.lineage["job"]["program"]), **change}
    found = check(signed_by_a_stranger(origin, row["image"], tmp_path / "a.png"))
    assert found["made_again"].startswith("not tried: ") and why in found["made_again"] and found["ok"]


def test_a_version_that_is_not_installed_is_said(made: Dataset, tmp_path: Path) -> None:
    row = {**made.table().to_pylist()[0], "version": "1.ab", "id": "glyphs@1.ab/11/0"}
    program = {**made.lineage["job"]["program"], "version": "1"}
    found = check(signed_by_a_stranger(origin_of(row, program), row["image"], tmp_path / "a.png"))
    assert "the world is at version 2" in found["made_again"] and found["ok"]


def test_ones_own_certificate_signs(made: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = local_test_certificate()
    (tmp_path / "c.pem").write_text(ours.chain)
    (tmp_path / "k.pem").write_text(ours.key)
    monkeypatch.setenv("SEEDBED_C2PA_CERTIFICATE", str(tmp_path / "c.pem"))
    with pytest.raises(UsageError, match="SEEDBED_C2PA_KEY is not set"):
        export(made.path, to="credentials", out=tmp_path / "x")
    monkeypatch.setenv("SEEDBED_C2PA_KEY", str(tmp_path / "k.pem"))
    monkeypatch.setenv("SEEDBED_C2PA_TRAINING", "notAllowed")
    told = export(made.path, to="credentials", out=tmp_path / "y")
    assert told["test_certificates"] == 0 and not (tmp_path / "y" / "test_certificate.pem").exists()
    found = read_credentials((tmp_path / "y" / "images" / "00000000.png").read_bytes(), anchors=ours.chain)
    assert found.state == "valid" and set(found.training.values()) == {"notAllowed"}


def test_collected_rows_are_not_signed_as_ours(tmp_path: Path) -> None:
    import pyarrow as pa

    dataset = Dataset.create(tmp_path / "d", pa.schema([("id", pa.string()), ("image", pa.binary())]), {})
    with pytest.raises(UsageError, match="only generated rows"):
        export(dataset.path, to="credentials", out=tmp_path / "x")


def plain(value: int) -> bytes:
    made = io.BytesIO()
    Image.fromarray(np.full((16, 16, 3), value, np.uint8)).save(made, "PNG")
    return made.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures: plain, signed with a refusal, with a side-car, and one whose credentials cannot be read."""
    place = tmp_path / "in"
    place.mkdir()
    (place / "a.png").write_bytes(plain(1))
    signed_by_a_stranger({"world": "w"}, plain(2), place / "b.png", training={"cawg.ai_training": "notAllowed"})
    with PictureSigner(local_test_certificate()) as signer:
        image, manifest = signer.sign(plain(3), {"world": "w"}, embed=False)
    (place / "c.png").write_bytes(image)
    (place / "c.c2pa").write_bytes(manifest)
    (place / "d.png").write_bytes(plain(4) + b"jumb c2pa")
    return place


def test_imports_keep_credentials_in_a_column(folder: Path) -> None:
    (part,) = parts_of([folder])
    (table,) = read(part)
    found = dict(zip("abcd", table["credentials"].to_pylist()))
    assert found["a"] is None
    told = {name: json.loads(text) for name, text in found.items() if text}
    assert [told[name]["state"] for name in "bcd"] == ["untrusted", "untrusted", "unreadable"]
    assert told["b"]["training-mining"] == {"cawg.ai_training": "notAllowed"} and told["c"]["training-mining"] == {}
    assert told["b"]["signer"] == "test certificate, not trusted" and told["b"]["generator"].startswith("Seedbed")


def test_refusals_in_credentials_are_opt_outs(folder: Path, tmp_path: Path) -> None:
    """As everywhere: what refuses, or cannot be read, is not kept; that it was there is."""
    from seedbed.run.curate.consent import opted_out, with_subject
    from seedbed.run.curate.recipe import Curation

    (table,) = read(parts_of([folder])[0])
    recipe = Curation(name="x")
    reasons = opted_out(with_subject(table), recipe, str(tmp_path)).to_pylist()
    assert reasons == [None, "opt_out.label", None, "opt_out.label"]
