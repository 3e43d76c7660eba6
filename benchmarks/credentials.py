"""What content credentials cost: time to sign, to read and to look for a marker, and bytes added, a picture.

python -m benchmarks.credentials        # prints JSON; docs/credentials.md quotes it
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from typing import Any

from seedbed.dataset.credentials import marked, read_credentials
from seedbed.document.credentials import PictureSigner, local_test_certificate
from seedbed.run.credentials import origin_of
from seedbed.run.generate import generate

ROWS, ROUNDS = 40, 5


def measure(size: int) -> dict[str, Any]:
    """Milliseconds (5 %, median, 95 %) and bytes (least, most) over ROWS * ROUNDS pictures of `size` pixels a side."""
    with tempfile.TemporaryDirectory() as folder:
        made = generate("tabletop", rows=ROWS, out=f"{folder}/d", size=size, render="turbo")
        rows, program = made.table().to_pylist(), made.lineage["job"]["program"]
    times: dict[str, list[float]] = {"sign": [], "read": [], "search": []}
    grown, beside = [], []

    def timed(name: str, call: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = call()
        times[name].append((time.perf_counter() - start) * 1e3)
        return result

    with PictureSigner(local_test_certificate()) as signer:
        for row in rows * ROUNDS:
            image, origin = row["image"], origin_of(row, program)
            signed, manifest = timed("sign", lambda: signer.sign(image, origin))  # noqa: B023
            timed("read", lambda: read_credentials(signed))  # noqa: B023
            timed("search", lambda: marked(image))  # noqa: B023
            grown.append(len(signed) - len(image))
            beside.append(len(manifest))
    found: dict[str, Any] = {name: _spread(values) for name, values in times.items()}
    sizes = sorted(len(row["image"]) for row in rows)
    return {"size": size, "bytes": sizes[ROWS // 2], "grown": [min(grown), max(grown)],
            "sidecar": [min(beside), max(beside)], "ms": found}  # fmt: skip


def _spread(values: list[float]) -> list[float]:
    ordered = sorted(values)
    return [round(ordered[int(share * (len(ordered) - 1))], 2) for share in (0.05, 0.5, 0.95)]


if __name__ == "__main__":
    print(json.dumps([measure(size) for size in (224, 512)], indent=1))
