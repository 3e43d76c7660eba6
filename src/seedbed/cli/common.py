"""What verbs share: --json, --progress, --plugin, key=value settings, and the last line."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

from seedbed import registry
from seedbed.errors import UsageError
from seedbed.lineage import SCHEMA_VERSION

F = TypeVar("F", bound=Callable[..., Any])


def shared(fn: F) -> F:
    """Add --json, --progress and --plugin; plugins are loaded before the verb runs."""

    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    @click.option(
        "--progress",
        type=click.Choice(["auto", "live", "plain", "none"]),
        default="auto",
        help="How progress is shown.",
    )
    @click.option(
        "--plugin",
        "plugins",
        multiple=True,
        metavar="FILE",
        help="A Python file that registers a world, operator, metric, learner or step.",
    )
    @functools.wraps(fn)
    def wrapped(*args: Any, plugins: tuple[str, ...], **kwargs: Any) -> Any:
        for plugin in plugins:
            registry.load_plugin(plugin)
        return fn(*args, **kwargs)

    return wrapped  # type: ignore[return-value]


def settings(pairs: Iterable[str]) -> dict[str, Any]:
    """`key=value` pairs; values are read as YAML (numbers, lists, true, text)."""
    import yaml

    found = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise UsageError(f"'{pair}' is not key=value", where="--set", hint="write --set generate.rows=500")
        try:
            found[key] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise UsageError(f"the value of '{key}' cannot be read", where="--set", hint="quote it") from None
    return found


def emit(result: Mapping[str, Any]) -> None:
    """The result as JSON on stdout, with the schema's version."""
    click.echo(json.dumps({"schema_version": SCHEMA_VERSION, **result}, indent=2, ensure_ascii=False))


def say(text: str) -> None:
    """A line for people, on stderr."""
    click.echo(text, err=True)
