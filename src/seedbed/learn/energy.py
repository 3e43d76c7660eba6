"""Energy of the processor as the kernel counts it (RAPL), where it may be read; nothing is guessed here."""

from __future__ import annotations

from pathlib import Path

RAPL = Path("/sys/class/powercap")


def counters(folder: Path = RAPL) -> dict[str, int] | None:
    """Microjoules of each processor package, or None where the machine does not count or does not tell."""
    found = {}
    for path in sorted(folder.glob("intel-rapl:[0-9]*/energy_uj")):
        if path.parent.name.count(":") == 1:  # packages; their parts (core, uncore) are within them
            try:
                found[path.parent.name] = int(path.read_text())
            except (OSError, ValueError):
                return None
    return found or None


def joules(before: dict[str, int] | None, after: dict[str, int] | None) -> float | None:
    """Energy between two readings; None where there is none, or where a counter began again."""
    if before is None or after is None or before.keys() != after.keys():
        return None
    used = [after[name] - before[name] for name in before]
    return sum(used) / 1e6 if min(used) >= 0 else None
