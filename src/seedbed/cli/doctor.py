"""`seedbed doctor`: what is here, what is missing, and the command that mends it."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from seedbed.cli.common import emit, shared
from seedbed.errors import UsageError

BASE = (
    "click",
    "jinja2",
    "numpy",
    "pillow",
    "pyarrow",
    "pydantic",
    "pylance",
    "pyyaml",
    "scipy",
    "warp-lang",
)
EXTRAS = {
    "train": ("torch", "scikit-learn", "matplotlib"),
    "daft": ("daft",),
    "ray": ("daft", "ray"),
}
LEAST_DISK_GB = 2.0


@click.command("doctor", epilog="Example: seedbed doctor --json")
@shared
def command(as_json: bool, progress: str) -> None:
    """Check versions, optional parts, disk, cores and devices; exit 2 when something needed is missing."""
    checks = [_python(), *_base(), *_extras(), _disk(), _cores(), _device(), _folder()]
    broken = [check for check in checks if check["state"] == "missing"]
    if as_json:
        emit({"checks": checks, "ok": not broken})
    else:
        for check in checks:
            mend = f"  ->  {check['mend']}" if check["mend"] else ""
            click.echo(f"{check['state']:<9} {check['what']:<16} {check['found']}{mend}")
    if broken:
        raise UsageError(f"{len(broken)} needed parts are missing", where="doctor", hint=broken[0]["mend"])


def _check(what: str, state: str, found: str, mend: str = "") -> dict[str, Any]:
    return {"what": what, "state": state, "found": found, "mend": mend}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _python() -> dict[str, Any]:
    found = ".".join(map(str, sys.version_info[:3]))
    return _check("python", "ok", found)  # an older one cannot install or import Seedbed


def _base() -> list[dict[str, Any]]:
    found = {name: _version(name) for name in BASE}
    return [
        _check(name, "ok", version) if version else _check(name, "missing", "not installed", "pip install seedbed")
        for name, version in found.items()
    ]


def _extras() -> list[dict[str, Any]]:
    checks = []
    for extra, names in EXTRAS.items():
        lacking = [name for name in names if _version(name) is None]
        have = ", ".join(f"{name} {_version(name)}" for name in names if name not in lacking)
        if lacking:
            checks.append(
                _check(
                    f"[{extra}]",
                    "optional",
                    f"without {', '.join(lacking)}",
                    f"pip install 'seedbed[{extra}]'",
                )
            )
        else:
            checks.append(_check(f"[{extra}]", "ok", have))
    return checks


def _disk() -> dict[str, Any]:
    free = shutil.disk_usage(Path.cwd()).free / 2**30
    if free < LEAST_DISK_GB:
        return _check("disk", "missing", f"{free:.1f} GB free", f"free {LEAST_DISK_GB:.0f} GB here")
    return _check("disk", "ok", f"{free:.0f} GB free")


def _cores() -> dict[str, Any]:
    return _check("cores", "ok", f"{os.cpu_count()} (one worker each; SEEDBED_WORKERS changes it)")


def _device() -> dict[str, Any]:
    if _version("warp-lang") is None:
        return _check("device", "missing", "Warp is not installed", "pip install seedbed")
    from seedbed import device

    device.start()
    import warp as wp

    cuda = [str(d) for d in wp.get_cuda_devices()]
    found = ", ".join(["cpu", *cuda])
    return _check("device", "ok", f"{found}; kernels in {device.cache_folder()}")


def _folder() -> dict[str, Any]:
    if os.access(Path.cwd(), os.W_OK):
        return _check("folder", "ok", f"{Path.cwd()} can be written")
    return _check("folder", "missing", f"{Path.cwd()} cannot be written", "change to a folder of yours")
