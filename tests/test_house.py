"""The house's own rules: who may import whom, what the base install brings, what the public surface is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import seedbed

SRC = Path(seedbed.__file__).parent
SHARED = {"dataset", "lineage", "registry", "errors", "slices", "device", "__init__"}
# room -> other rooms that it may import (design/house.md)
MAY = {
    "errors": set(),
    "registry": set(),
    "slices": set(),
    "lineage": set(),
    "device": set(),
    "dataset": set(),
    "engine": set(),
    "design": set(),
    "worlds": {"design"},
    "language": set(),
    "curate": set(),
    "learn": set(),
    "label": {"learn"},
    "audit": set(),
    "document": set(),
    "run": {"engine", "design", "worlds", "language", "curate", "learn", "label", "audit", "document"},
    "cli": {"run", "audit", "document", "worlds"},
}


def imports_of(path: Path) -> set[str]:
    """Rooms of seedbed that a file imports, outside `if TYPE_CHECKING`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "seedbed" and len(parts) > 1:
                found.add(parts[1])
    return found


def test_arrows_between_rooms_point_one_way() -> None:
    wrong = []
    for path in SRC.rglob("*.py"):
        room = path.relative_to(SRC).parts[0].removesuffix(".py")
        if room in ("__init__", "__main__"):
            continue
        for other in imports_of(path) - {room} - SHARED - {"__version__"}:
            if other not in MAY[room]:
                wrong.append(f"{path.relative_to(SRC)} imports {other}")
    assert not wrong


def test_base_install_is_at_most_twenty_packages() -> None:
    def name_of(requirement: str) -> str:
        return re.split(r"[\s;<>=!~\[(]", requirement, maxsplit=1)[0].lower().replace("_", "-")

    needed, todo = set(), {name_of(r) for r in metadata.requires("seedbed") or [] if "extra ==" not in r}
    while todo:
        package = todo.pop()
        needed.add(package)
        for requirement in metadata.requires(package) or []:
            marker = requirement.partition(";")[2]
            if "extra ==" in marker or "sys_platform" in marker or "platform_system" in marker:
                continue
            if "python_version" in marker and "<" in marker:
                continue
            if name_of(requirement) not in needed:
                todo.add(name_of(requirement))
    assert len(needed) <= 20, sorted(needed)


def test_public_surface_is_the_one_that_was_announced() -> None:
    assert sorted(seedbed.__all__) == [
        "Audit", "Dataset", "Design", "Factor", "Run", "Slice", "__version__", "audit", "generate", "register",
        "run", "verify",
    ]  # fmt: skip
    for name in seedbed.__all__:
        assert getattr(seedbed, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'bogus'"):
        seedbed.bogus  # noqa: B018


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import seedbed", ("numpy", "pyarrow", "lance", "torch", "warp", "pydantic", "scipy", "jinja2", "yaml")),
        (
            "import sys; sys.argv = ['seedbed', '--help']\nfrom seedbed.cli import main\ntry: main()\n"
            "except SystemExit: pass",
            ("numpy", "pyarrow", "lance", "torch", "warp", "pydantic", "scipy", "jinja2"),
        ),
    ],
)
def test_starting_imports_nothing_heavy(code: str, heavy: tuple[str, ...]) -> None:
    check = f"{code}\nimport sys\nprint('LOADED', [m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("LOADED []")


def test_no_global_randomness_in_the_source() -> None:
    banned = re.compile(
        r"np\.random\.(seed|rand|randn|randint|choice|shuffle)\(|^import random|from random import", re.M
    )
    assert [str(p) for p in SRC.rglob("*.py") if banned.search(p.read_text(encoding="utf-8"))] == []


def test_files_stay_short() -> None:
    long = {str(p.relative_to(SRC)): n for p in SRC.rglob("*.py") if (n := len(p.read_text().splitlines())) > 500}
    assert long == {}
