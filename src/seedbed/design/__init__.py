"""What to make: factors, balanced, skewed and targeted designs, and the certificate of what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seedbed.design.factors import Factor

__all__ = ["VERSION", "Design", "Factor", "Spec", "certificate"]

if TYPE_CHECKING:
    from seedbed.design.certify import certificate
    from seedbed.design.design import VERSION, Design
    from seedbed.design.spec import Spec

_HOMES = {"VERSION": "design", "Design": "design", "Spec": "spec", "certificate": "certify"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"seedbed.design.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'seedbed.design' has no attribute '{name}'")
