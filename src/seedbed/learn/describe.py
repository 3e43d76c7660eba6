"""What a model consists of, without its memory: built on torch's meta device and counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seedbed import registry
from seedbed.errors import UsageError, nearest


@dataclass(frozen=True)
class Architecture:
    """A configuration at the size of its paper. `published`: its number of parameters there, and where that is said.

    `build` makes the module; it is called on the meta device. `further()` gives other exact figures.
    """

    build: Callable[[], Any]
    published: int
    source: str
    further: Callable[[], dict[str, Any]] | None = None


def describe(name: str, *, side: int = 32, channels: int = 3, labels: int = 10, options: Any = None) -> dict[str, Any]:
    """name, parameters, layers (name, kind, shape, parameters) of a paper-size configuration, or of a learner for
    images of `side` pixels with one head of `labels`. Configurations also say what was `published`, and where.
    """
    known = registry.names("architecture")
    if name in known and not options:
        return _architecture(name, registry.get("architecture", name))
    if name not in registry.names("learner"):
        raise UsageError(
            f"unknown model '{name}'", where="train", hint=nearest(name, {*known, *registry.names("learner")})
        )
    learner = registry.get("learner", name)({"label": [str(k) for k in range(labels)]}, **(options or {}))
    learner.build((side, side, channels), 0)
    return {"name": name, "image": [side, side, channels], "labels": labels, **_counted(learner.module)}


def _architecture(name: str, found: Architecture) -> dict[str, Any]:
    import torch

    with torch.device("meta"):
        module = found.build()
    made = {"name": name, **_counted(module), "published": found.published, "source": found.source}
    return {**made, **(found.further() if found.further is not None else {})}


def _counted(module: Any) -> dict[str, Any]:
    """Every parameter once, tied ones with the first layer that holds them."""
    seen: set[int] = set()
    layers = []
    for name, layer in module.named_modules():
        own = [p for p in layer.parameters(recurse=False) if id(p) not in seen]
        seen.update(id(p) for p in own)
        if own:
            shapes = [list(p.shape) for p in own]
            layers.append(
                {"name": name or "module", "kind": type(layer).__name__, "shape": shapes[0],
                 "parameters": sum(p.numel() for p in own)}
            )  # fmt: skip
    return {"parameters": sum(layer["parameters"] for layer in layers), "layers": layers}
