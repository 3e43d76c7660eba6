"""Content credentials: signed, changed, stripped, signed by another, beside the file; and what C2PA's reader makes of it."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from seedbed.dataset.credentials import (
    Credentials,
    credentials_text,
    marked,
    read_credentials,
    training_label,
)
from seedbed.document.credentials import Certificate, PictureSigner, load_certificate, local_test_certificate
from seedbed.errors import UsageError

ORIGIN = {"world": "glyphs", "version": "2.abc", "seed": 4, "index": 7, "id": "glyphs@2.abc/4/7", "licence": "CC0-1.0"}


def picture(form: str = "PNG", value: int = 90) -> bytes:
    made = io.BytesIO()
    Image.fromarray(np.full((40, 40, 3), value, np.uint8)).save(made, form)
    return made.getvalue()


def stripped(data: bytes) -> bytes:
    """The picture saved again, as most tools do: pixels without credentials."""
    made = io.BytesIO()
    Image.open(io.BytesIO(data)).save(made, "PNG")
    return made.getvalue()


@pytest.fixture(scope="module")
def ours() -> Certificate:
    return local_test_certificate()


@pytest.fixture(scope="module")
def signed(ours: Certificate) -> bytes:
    with PictureSigner(ours) as signer:
        return signer.sign(picture(), ORIGIN, title="seven.png")[0]


def test_a_signed_picture_is_valid_for_those_who_trust_its_signer(ours: Certificate, signed: bytes) -> None:
    found = read_credentials(signed, anchors=ours.chain)
    assert (found.state, found.reasons, found.place) == ("valid", [], "embedded") and found.intact
    assert found.origin == ORIGIN and found.signer == "test certificate, not trusted"
    assert found.generator.startswith("Seedbed ") and found.title == "seven.png" and found.training == {}
    kind = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    assert found.actions == [{"action": "c2pa.created", "source_type": kind}]
    assert np.array_equal(Image.open(io.BytesIO(signed)), Image.open(io.BytesIO(picture())))  # pixels are untouched


def test_nobody_elses_signer_is_trusted(signed: bytes) -> None:
    for anchors in ("", local_test_certificate().chain):  # nobody; somebody else, of the same name
        found = read_credentials(signed, anchors=anchors)
        assert found.state == "untrusted" and found.intact
        assert [r.partition(":")[0] for r in found.reasons] == ["signingCredential.untrusted"]


def with_pixels_of(signed: bytes, other: bytes) -> bytes:
    """The signed PNG's credentials (chunk caBX) in another picture."""
    at = signed.index(b"caBX") - 4
    size = int.from_bytes(signed[at : at + 4], "big") + 12
    return other[:33] + signed[at : at + size] + other[33:]


@pytest.mark.parametrize("anchored", [True, False])
def test_a_changed_picture_is_invalid(ours: Certificate, signed: bytes, anchored: bool) -> None:
    anchors = ours.chain if anchored else ""
    changed = with_pixels_of(signed, picture(value=91))
    assert np.asarray(Image.open(io.BytesIO(changed)))[0, 0, 0] == 91  # it opens, and shows something else
    found = read_credentials(changed, anchors=anchors)
    assert found.state == "invalid" and not found.intact
    assert "assertion.dataHash.mismatch" in " ".join(found.reasons)


def test_changed_words_are_invalid(ours: Certificate, signed: bytes) -> None:
    """The origin cannot be edited: assertions are hashed in the claim, and the claim is signed."""
    assert signed.count(b"glyphs@2.abc/4/7") == 1
    found = read_credentials(signed.replace(b"glyphs@2.abc/4/7", b"glyphs@2.abc/4/8"), anchors=ours.chain)
    assert found.state == "invalid" and "assertion.hashedURI.mismatch" in " ".join(found.reasons)


def test_a_changed_byte_is_found_or_says_nothing(ours: Certificate, signed: bytes) -> None:
    """In the picture: always found. In the credentials: found, or it was padding or a box's name, and nothing read
    from them is another (the library passes over such bytes).
    """
    start = signed.index(b"caBX") - 4
    end = start + int.from_bytes(signed[start : start + 4], "big") + 12
    told = read_credentials(signed, anchors=ours.chain)
    for at in [*range(start), *range(end, len(signed)), *range(start, end, 29)]:
        changed = signed[:at] + bytes([signed[at] ^ 0x55]) + signed[at + 1 :]
        found = read_credentials(changed, anchors=ours.chain)
        assert not found.intact or (start <= at < end and found == told), at


def test_stripped_is_none_and_cut_is_unreadable(signed: bytes) -> None:
    assert read_credentials(stripped(signed)) == Credentials("none")
    assert read_credentials(signed[: len(signed) // 2]).state == "unreadable"
    assert read_credentials(b"jumb c2pa").state == "unreadable"
    assert read_credentials(picture(), b"no manifest").state == "unreadable"


def test_a_side_car_leaves_the_picture_as_it_is(ours: Certificate) -> None:
    with PictureSigner(ours) as signer:
        same, manifest = signer.sign(picture(), ORIGIN, embed=False)
    assert same == picture() and not marked(same)
    found = read_credentials(same, manifest, anchors=ours.chain)
    assert (found.state, found.place, found.origin) == ("valid", "sidecar", ORIGIN)
    assert read_credentials(picture(value=91), manifest, anchors=ours.chain).state == "invalid"
    assert read_credentials(same).state == "none"


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_other_formats(ours: Certificate, form: str) -> None:
    with PictureSigner(ours) as signer:
        signed, _ = signer.sign(picture(form), ORIGIN)
    assert read_credentials(signed, anchors=ours.chain).origin == ORIGIN
    assert read_credentials(signed[:-3] + b"\0\0\0", anchors=ours.chain).state in ("invalid", "unreadable")


def test_refusals_of_training_are_read(ours: Certificate) -> None:
    uses = {"cawg.ai_generative_training": "notAllowed", "cawg.data_mining": "allowed"}
    with PictureSigner(ours) as signer:
        signed, _ = signer.sign(picture(), ORIGIN, training=uses)
    assert read_credentials(signed).training == uses
    label = training_label(credentials_text(signed))
    assert label is not None and '"use":"notAllowed"' in label


def test_a_remote_manifest_is_not_fetched() -> None:
    """XMP may say where the credentials are; nobody goes there, and nobody takes it for "none"."""
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" rdf:about="" '
        b'dcterms:provenance="http://127.0.0.1:9/none.c2pa"/></rdf:RDF></x:xmpmeta>'
    )
    made = io.BytesIO()
    Image.new("RGB", (8, 8)).save(made, "JPEG", xmp=xmp)
    found = read_credentials(made.getvalue())
    assert found.state == "remote" and "127.0.0.1" in found.reasons[0]
    assert training_label(credentials_text(made.getvalue())) == "remote"  # which counts as a refusal


def test_what_cannot_be_read_counts_as_a_refusal() -> None:
    from seedbed.curate.consent.labels import mining_refuses

    broken = credentials_text(b"jumb c2pa")
    for text in (broken, "{", '{"state": "valid"}', '{"state": "valid", "training-mining": 3}'):
        label = training_label(text)
        assert label is not None and mining_refuses(label), text
    assert training_label('{"state": "valid", "training-mining": {}}') is None
    allowed = training_label('{"state": "valid", "training-mining": {"cawg.data_mining": "allowed"}}')
    assert allowed is not None and not mining_refuses(allowed)


def test_a_certificate_of_ones_own(ours: Certificate, tmp_path: Path) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_text(ours.chain)
    key.write_text(ours.key)
    loaded = load_certificate(chain, key)
    assert loaded.chain == ours.chain and not loaded.test and "PRIVATE" not in repr(loaded)
    key.write_text(local_test_certificate().key)
    with pytest.raises(UsageError, match="not of this certificate"):
        load_certificate(chain, key)
    with pytest.raises(UsageError, match="not a private key"):
        load_certificate(chain, chain)
    with pytest.raises(UsageError, match="No such file"):
        load_certificate(tmp_path / "gone.pem", key)


def test_keys_in_the_older_form_of_openssl_sign(ours: Certificate, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form

    old = form.load_pem_private_key(ours.key.encode(), None).private_bytes(
        form.Encoding.PEM, form.PrivateFormat.TraditionalOpenSSL, form.NoEncryption()
    )
    assert b"BEGIN EC PRIVATE KEY" in old
    (tmp_path / "c.pem").write_text(ours.chain)
    (tmp_path / "k.pem").write_bytes(old)
    with PictureSigner(load_certificate(tmp_path / "c.pem", tmp_path / "k.pem")) as signer:
        signed, _ = signer.sign(picture(), ORIGIN)
    assert read_credentials(signed, anchors=ours.chain).state == "valid"


def test_a_certificate_that_may_not_sign_is_refused() -> None:
    """Self-signed certificates, such as the authority's own, do not have C2PA's profile."""
    ours = local_test_certificate()
    authority = ours.chain[ours.chain.rindex("-----BEGIN CERT") :]
    with pytest.raises(UsageError, match="cannot sign"), PictureSigner(Certificate(authority, ours.key)) as signer:
        signer.sign(picture(), ORIGIN)


def test_only_pictures_are_signed(ours: Certificate) -> None:
    with PictureSigner(ours) as signer, pytest.raises(UsageError, match="not a PNG"):
        signer.sign(b"text", ORIGIN)


def test_without_c2pa_one_line_says_what_to_install(signed: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(signed)
    code = (
        "import sys; sys.modules['c2pa'] = None\n"
        "from seedbed.dataset.credentials import credentials_text, read_credentials, training_label\n"
        "from seedbed.errors import UsageError\n"
        "data = open(sys.argv[1], 'rb').read()\n"
        "print(training_label(credentials_text(data)))\n"
        "print(read_credentials(b'plain').state)\n"
        "try: read_credentials(data)\n"
        "except UsageError as error: print(error.line)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.png")], capture_output=True, text=True, check=True
    )
    told = done.stdout.splitlines()
    assert told[:2] == ["unread", "none"] and "pip install 'seedbed[documents]'" in told[2]
