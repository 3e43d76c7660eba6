"""Speed of the operators of images and of the search for private data: `python -m benchmarks.images_and_privacy`.

One core. The pictures are three photographs from installed packages at 256 pixels (9 to 15 KB as JPEG), each handed in
200 times; the text is this repository's documents and, where there are any, the system's licence texts, in pieces of
3,000 characters, those without findings. Figures that were measured are in docs/privacy.md.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import pyarrow as pa
import sklearn.datasets
from PIL import Image

from seedbed import registry
from seedbed.curate.images.near import near_pairs
from seedbed.curate.privacy.detect import find

ROOT = Path(__file__).parents[1]
LICENCES = Path("/usr/share/common-licenses")


def main() -> None:
    images = pictures()
    for name, copies in (
        ("image_size", 200),
        ("image_quality", 200),
        ("perceptual_hash", 200),
        ("nsfw_and_faces", 10),
        ("text_in_image", 1),
    ):
        operator, table = registry.get("operator", name)(), pa.table({"image": images * copies})
        operator.run(table.slice(0, 1))
        show(name, table.num_rows, "images", lambda operator=operator, table=table: operator.run(table))
    documents = clean()
    show("private, clean text", len(documents), "documents", lambda: [find(text) for text in documents])
    values = np.random.default_rng(0).integers(0, 2**64, 1_000_000, dtype=np.uint64)
    for radius in (6, 8, 10):
        start = time.perf_counter()
        pairs = len(near_pairs(values, radius)[0])
        print(
            f"near_pairs, 1,000,000 hashes, r = {radius}: {time.perf_counter() - start:.1f} s, {pairs} pairs",
            flush=True,
        )


def show(name: str, rows: int, what: str, work: Callable[[], object]) -> None:
    """The median of five runs, in CPU time."""
    spent = []
    for _ in range(5):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    print(f"{name}: {rows / float(np.median(spent)):.4g} {what}/s", flush=True)


def pictures() -> list[bytes]:
    folder = Path(sklearn.datasets.__file__).parent / "images"
    paths = [
        folder / "china.jpg",
        folder / "flower.jpg",
        Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg",
    ]
    made = []
    for path in paths:
        image = Image.open(path).convert("RGB")
        image.thumbnail((256, 256))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=85)
        made.append(buffer.getvalue())
    return made


def clean() -> list[str]:
    paths = [*sorted(LICENCES.glob("*")), *sorted((ROOT / "docs").rglob("*.md"))]
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file())
    pieces = [text[k : k + 3000] for k in range(0, len(text) - 3000, 3000)]
    return [piece for piece in pieces if not find(piece)] * 10


if __name__ == "__main__":
    main()
