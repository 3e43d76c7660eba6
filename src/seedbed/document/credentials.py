"""Signing pictures with content credentials (C2PA): what made them, so that anybody can check it later.

    with PictureSigner(local_test_certificate()) as signer:
        signed, manifest = signer.sign(png, origin={"world": "glyphs", "version": "1", "seed": 0, "index": 3})

The manifest says: made by a program (`c2pa.created`, IPTC source type `algorithmicMedia`: "created purely by an
algorithm not based on any sampled training data"), by Seedbed and its version, from this world, version, seed and
index. It goes into the picture, or beside it as a `.c2pa` file (`embed=False`: the picture's bytes stay as they are).
No clock or time-stamp authority is asked. Signatures are random, so signing twice gives different bytes.
Source: C2PA Technical Specification 2.x; IPTC Digital Source Type NewsCodes.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from seedbed import __version__
from seedbed.dataset.credentials import OFFLINE, ORIGIN, c2pa_module, mime_type
from seedbed.errors import UsageError

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
TEST_NAME = "test certificate, not trusted"
TEST_DAYS = 3650  # without a time-stamp, credentials end with their certificate
_EDGES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
_USES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True)
class Certificate:
    """Who signs: `chain` (PEM, the signer's certificate first), its private key (PEM), and whether it is a test's."""

    chain: str
    key: str = field(repr=False)  # never shown, never written
    test: bool = False


def local_test_certificate() -> Certificate:
    """A certificate that only says that it is a test: P-256, signed by an authority made for it alone.

    Nobody trusts it, and nothing is kept: both private keys end with the process.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    authority, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    top = _profile("Seedbed local test authority", "Seedbed local test authority", authority, authority, leaf=False)
    leaf = _profile(TEST_NAME, "Seedbed local test authority", own, authority, leaf=True)
    chain = b"".join(_pem(made.sign(authority, hashes.SHA256())) for made in (leaf, top))
    return Certificate(chain.decode(), _private_pem(own), test=True)


def _profile(subject: str, issuer: str, own: Any, authority: Any, *, leaf: bool) -> Any:
    """C2PA's profile of a claim signer (leaf) or of its authority; `own` is the key that is certified."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    now = datetime.datetime.now(datetime.UTC)
    wanted = ("digital_signature",) if leaf else ("key_cert_sign", "crl_sign")
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=TEST_DAYS))
        .add_extension(x509.BasicConstraints(ca=not leaf, path_length=None if leaf else 0), critical=True)
        .add_extension(x509.KeyUsage(**{use: use in wanted for use in _USES}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
    )
    return made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), True) if leaf else made


def _name(common: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Seedbed local test")
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    made: bytes = certificate.public_bytes(Encoding.PEM)
    return made


def _private_pem(key: Any) -> str:
    from cryptography.hazmat.primitives import serialization as form

    made: bytes = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return made.decode()


def load_certificate(chain: str | Path, key: str | Path) -> Certificate:
    """A certificate chain and its private key from PEM files. UsageError where they cannot be read or do not fit."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization as form

    texts = {path: _text(path) for path in (chain, key)}
    try:
        first = x509.load_pem_x509_certificates(texts[chain].encode())[0]
    except ValueError:
        raise UsageError("not a certificate in PEM form", where=str(chain)) from None
    try:
        private = form.load_pem_private_key(texts[key].encode(), None)
    except TypeError:
        raise UsageError("the private key has a pass phrase", where=str(key), hint="give one without") from None
    except ValueError:
        raise UsageError("not a private key in PEM form", where=str(key)) from None
    if private.public_key() != first.public_key():
        raise UsageError("the private key is not of this certificate", where=str(key), hint=f"see {chain}")
    return Certificate(texts[chain], _private_pem(private))  # C2PA reads PKCS#8 only; openssl often writes others


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text in PEM form"
        raise UsageError(reason, where=str(path), hint="give paths of PEM files") from None


def _algorithm(key: str) -> str:
    """C2PA's name of the algorithm that a private key signs with."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    private = form.load_pem_private_key(key.encode(), None)
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _EDGES:
        return _EDGES[private.curve.name]
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise UsageError("C2PA does not sign with such a key", where="private key", hint="use EC P-256, RSA or Ed25519")


class PictureSigner:
    """Signs many pictures with one certificate. A context manager: the native signer is freed at its end."""

    def __init__(self, certificate: Certificate) -> None:
        self._c2pa = c2pa_module("signing content credentials")
        algorithm = _algorithm(certificate.key)
        info = self._c2pa.C2paSignerInfo(algorithm, certificate.chain.encode(), certificate.key.encode(), None)
        with self._refused():
            self._signer = self._c2pa.Signer.from_info(info)
            self._context = self._c2pa.Context.from_dict(
                {"verify": OFFLINE, "builder": {"thumbnail": {"enabled": False}}}
            )

    def sign(
        self,
        image: bytes,
        origin: Mapping[str, Any],
        *,
        source_type: str = "algorithmicMedia",
        training: Mapping[str, str] | None = None,
        title: str = "",
        embed: bool = True,
    ) -> tuple[bytes, bytes]:
        """The picture (PNG, JPEG or WebP) with its credentials in it, and the manifest alone.

        `origin` is kept as the assertion `org.seedbed.origin`; `training` maps uses (`cawg.ai_training`,
        `cawg.ai_generative_training`...) to allowed, notAllowed or constrained. With `embed=False` the first part is
        the picture as it was, and the manifest belongs beside it. UsageError for another format, or a certificate
        that C2PA does not accept.
        """
        mime = mime_type(image)
        if mime is None:
            raise UsageError("not a PNG, JPEG or WebP picture", where="sign")
        told = _manifest(origin, source_type, training or {}, title)
        made = io.BytesIO()
        with self._refused(), self._c2pa.Builder(told, context=self._context) as builder:
            if not embed:
                builder.set_no_embed()
            manifest = bytes(builder.sign(self._signer, mime, io.BytesIO(image), made))
        return (made.getvalue() if embed else image), manifest

    def _refused(self) -> _Refused:
        return _Refused(self._c2pa.C2paError)

    def close(self) -> None:
        """Free the native signer; the object cannot be used after it."""
        self._signer.close()
        self._context.close()

    def __enter__(self) -> PictureSigner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Refused:
    """Turns c2pa's errors into UsageError: they are about the certificate or the picture that was given."""

    def __init__(self, kind: type[Exception]) -> None:
        self.kind = kind

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, self.kind):
            hint = "the certificate must have C2PA's profile: see docs/credentials.md"
            raise UsageError(f"cannot sign: {error}", where="content credentials", hint=hint) from None


def _manifest(origin: Mapping[str, Any], source_type: str, training: Mapping[str, str], title: str) -> dict[str, Any]:
    agent = {"name": "Seedbed", "version": __version__}
    created = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE + source_type, "softwareAgent": agent}
    assertions: list[dict[str, Any]] = [
        {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
        {"label": ORIGIN, "data": dict(origin)},
    ]
    if training:
        entries = {name: {"use": use} for name, use in training.items()}
        assertions.append({"label": "cawg.training-mining", "data": {"entries": entries}})
    return {"claim_generator_info": [agent], "title": title or "picture", "assertions": assertions}
