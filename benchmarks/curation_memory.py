"""How the whole recipe grows with its input: `python -m benchmarks.curation_memory FOLDER 0.5 1 2 5` (GB of text).

Packs that much real text of this machine as JSON lines (made from it by shuffling paragraphs beyond what there is), runs
`seedbed curate` with recipes/web_text.yaml and two workers, and prints time and the peak memory of all its processes together.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.corpus import pack

RECIPE = Path(__file__).parents[1] / "recipes" / "web_text.yaml"


def resident(group: int) -> int:
    """Bytes of private and shared memory of all processes of a group."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == group or int(fields[1]) == group:
                total += int((folder / "statm").read_text().split()[1]) * 4096
        except (OSError, IndexError, ValueError):
            continue
    return total


def run(folder: Path, gigabytes: float) -> tuple[float, float, int]:
    """(seconds, peak GB, documents)."""
    place, out = folder / "in", folder / "out"
    for old in (place, out):
        shutil.rmtree(old, ignore_errors=True)
    counts, _ = pack(place, gigabytes * 1000, ["jsonl"])
    words = [
        sys.executable,
        "-m",
        "seedbed",
        "curate",
        str(place),
        "--recipe",
        str(RECIPE),
        "--out",
        str(out),
        "--workers",
        "2",
    ]
    begin, peak = time.time(), 0
    child = subprocess.Popen(words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while child.poll() is None:
        peak = max(peak, resident(child.pid))
        time.sleep(0.25)
    if child.returncode:
        raise SystemExit(f"exit {child.returncode}")
    return time.time() - begin, peak / 1e9, sum(counts.values())


def main() -> None:
    """One line a size."""
    folder = Path(sys.argv[1])
    for size in map(float, sys.argv[2:]):
        seconds, peak, documents = run(folder, size)
        speed = size * 1000 / seconds
        print(
            f"{size:g} GB, {documents:,} documents: {seconds:.0f} s ({speed:.1f} MB/s), peak {peak:.2f} GB", flush=True
        )


if __name__ == "__main__":
    main()
