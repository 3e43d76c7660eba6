"""`seedbed recipe`: what recipes can say."""

from __future__ import annotations

from typing import Any

import click

from seedbed.cli.common import emit, shared


@click.command("recipe", epilog="Example: seedbed recipe schema > recipe.schema.json")
@click.argument("what", type=click.Choice(["schema", "steps"]))
@shared
def command(what: str, as_json: bool, progress: str) -> None:
    """Print the JSON Schema of recipes (schema), or every step with its arguments (steps)."""
    from seedbed import registry

    steps = {name: registry.get("step", name) for name in registry.names("step")}
    if what == "steps" and not as_json:
        for name, step in steps.items():
            click.echo(f"{name}: {(step.__doc__ or '').strip().splitlines()[0]}")
            click.echo(f"    {', '.join(step.Args.model_fields)}")
        return
    emit(_schema(steps))


def _schema(steps: dict[str, Any]) -> dict[str, Any]:
    from seedbed.run.recipe import Outline

    made = Outline.model_json_schema()
    options = []
    for name, step in steps.items():
        # arguments may hold $name or {$name: {...}}, which only a cell makes concrete: keys are checked, not values
        keys: dict[str, Any] = {key: {} for key in step.Args.model_fields}
        required = ["do", *(k for k, f in step.Args.model_fields.items() if f.is_required())]
        options.append(
            {
                "description": step.__doc__,
                "properties": {"do": {"const": name}, "each": {"type": "array"}, **keys},
                "required": required,
                "additionalProperties": False,
            }
        )
    made["properties"]["stages"] = {"type": "object", "additionalProperties": {"oneOf": options}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
