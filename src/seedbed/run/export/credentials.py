"""Signed pictures: `images/NAME.png` with content credentials in each (`credentials`), or beside it as `NAME.c2pa`
(`credentials-sidecar`, which leaves every picture's bytes as they are).

Who signs is set by SEEDBED_C2PA_CERTIFICATE and SEEDBED_C2PA_KEY (paths of PEM files); without them a test
certificate is made, and its public part is written beside the pictures. No private key is ever written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.export.base import Exporter, rows, suffix

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

IDENTITY = ("world", "version", "seed", "index", "id")


@register("exporter", "credentials")
class SignedPictures(Exporter):
    """Generated rows with an image. `bytes_before`, `bytes_after`: of all pictures, side-cars included."""

    embed: ClassVar[bool] = True

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        from seedbed.document.credentials import PictureSigner
        from seedbed.run.credentials import COMPOSED, certificate, origin_of, training_wanted

        missing = [name for name in IDENTITY if name not in dataset.schema.names]
        if missing:
            what = f"there is no column '{missing[0]}': only generated rows can be signed as made by Seedbed"
            raise UsageError(what, where=str(dataset.path))
        program = (dataset.lineage.get("job") or {}).get("program")
        who, training = certificate(), training_wanted()
        (folder / "images").mkdir()
        counts = {"images": 0, "not_signed": 0, "bytes_before": 0, "bytes_after": 0}
        with PictureSigner(who) as signer:
            for row in rows(dataset, ("image", "licence", *IDENTITY)):
                if row["image"] is None or any(row[name] is None for name in IDENTITY):
                    counts["not_signed"] += 1  # a row that was collected: we did not make it, and do not say so
                    continue
                name = f"{row['number']:08d}.{suffix(row['image'])}"
                image, manifest = signer.sign(
                    row["image"], origin_of(row, program), source_type=COMPOSED.get(row["world"], "algorithmicMedia"),
                    training=training, title=name, embed=self.embed,
                )  # fmt: skip
                self._keep(folder / "images" / name, image, manifest, counts, len(row["image"]))
        if who.test:
            (folder / "test_certificate.pem").write_text(who.chain, encoding="ascii")
        return {**counts, "test_certificates": int(who.test)}

    def _keep(self, path: Path, image: bytes, manifest: bytes, counts: dict[str, int], before: int) -> None:
        path.write_bytes(image)
        counts["images"] += 1
        counts["bytes_before"] += before
        counts["bytes_after"] += len(image)
        if not self.embed:
            path.with_suffix(".c2pa").write_bytes(manifest)
            counts["bytes_after"] += len(manifest)


@register("exporter", "credentials-sidecar")
class PicturesWithManifests(SignedPictures):
    """The same with each manifest beside its picture."""

    embed = False
