"""Names to things: worlds, operators, metrics, learners, steps, shapes, question families.

A thing registers itself with a decorator; built-ins use the same decorator as plugins do, and no list
is kept by hand: asking for a name of a kind imports every module of that kind's room once, then the
entry points `seedbed.<kind>` of installed packages.

    @register("metric", "accuracy")
    def accuracy(...): ...

    get("metric", "acuracy")   # UsageError: unknown metric 'acuracy'; did you mean 'accuracy'?
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

from seedbed.errors import UsageError, nearest

T = TypeVar("T")

# kind -> the package whose modules register things of that kind
ROOMS = {
    "world": "seedbed.worlds",
    "shape": "seedbed.worlds.shapes",
    "family": "seedbed.language.families",
    "operator": "seedbed.curate",
    "learner": "seedbed.learn.learners",
    "architecture": "seedbed.learn.architectures",
    "metric": "seedbed.audit.metrics",
    "step": "seedbed.run.steps",
    "engine": "seedbed.engine",
    "exporter": "seedbed.run.export",
    "reader": "seedbed.dataset.readers",
    "suite": "seedbed.run.audits",
    "published": "seedbed.dataset.published",
    "probe": "seedbed.audit.commonsense.families",
}

NESTED = ("shape", "operator")  # kinds whose room has folders of its own

PLUGIN = "seedbed_plugin_"  # how modules of plugin files are named

_things: dict[str, dict[str, Any]] = {kind: {} for kind in ROOMS}
_origin: dict[tuple[str, str], str] = {}
_discovered: set[str] = set()
_plugins: list[str] = []


def register(kind: str, name: str) -> Callable[[T], T]:
    """Decorator: make `thing` known as `name` of `kind`. A name can be taken only once."""
    if kind not in ROOMS:
        raise UsageError(f"unknown kind '{kind}'", where="register", hint=nearest(kind, ROOMS))

    def add(thing: T) -> T:
        origin = getattr(thing, "__module__", "?") or "?"
        if origin.startswith(PLUGIN):
            discover(kind)  # so that a plugin cannot take a built-in's name
        if name in _things[kind] and _origin[kind, name] != origin:
            raise UsageError(
                f"{kind} '{name}' is registered twice", where=origin, hint=f"first by {_origin[kind, name]}"
            )
        _things[kind][name] = thing
        _origin[kind, name] = origin
        return thing

    return add


def get(kind: str, name: str, *, where: str = "") -> Any:
    """The thing registered as `name`; UsageError with the nearest name where there is none."""
    _check_kind(kind, where)
    if name not in _things[kind]:
        discover(kind)
    try:
        return _things[kind][name]
    except KeyError:
        hint = nearest(name, _things[kind])
        raise UsageError(f"unknown {kind} '{name}'", where=where, hint=hint) from None


def names(kind: str) -> list[str]:
    """Every registered name of `kind`, sorted."""
    _check_kind(kind, "")
    discover(kind)
    return sorted(_things[kind])


def _check_kind(kind: str, where: str) -> None:
    if kind not in ROOMS:
        raise UsageError(f"unknown kind '{kind}'", where=where or "registry", hint=nearest(kind, ROOMS))


def discover(kind: str) -> None:
    """Import the modules of the kind's room and its entry points, once."""
    if kind in _discovered:
        return
    package = importlib.import_module(ROOMS[kind])
    walk = pkgutil.walk_packages if kind in NESTED else pkgutil.iter_modules
    prefix = f"{package.__name__}."
    for module in walk(getattr(package, "__path__", []), prefix):
        if not module.name.rpartition(".")[2].startswith("_"):
            importlib.import_module(module.name)
    for point in entry_points(group=f"seedbed.{kind}"):
        point.load()
    _discovered.add(kind)


def load_plugin(path: str | Path) -> None:
    """Import a user's one-file plugin, so that its decorators run. Importing it twice does nothing."""
    file = Path(path)
    if not file.is_file():
        raise UsageError("no such plugin file", where=str(path), hint="give the path of a .py file")
    name = f"{PLUGIN}{file.stem}"
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(file.resolve()):
        return
    spec = importlib.util.spec_from_file_location(name, file.resolve())
    if spec is None or spec.loader is None:
        raise UsageError("not a Python file", where=str(path), hint="a plugin is one .py file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except UsageError:
        sys.modules.pop(name, None)
        raise
    except Exception as error:
        sys.modules.pop(name, None)
        raise UsageError(f"the plugin failed to import: {error!r}", where=str(path)) from error
    _plugins.append(str(file.resolve()))


def plugins() -> list[str]:
    """The plugin files loaded so far: worker processes load the same."""
    return list(_plugins)
