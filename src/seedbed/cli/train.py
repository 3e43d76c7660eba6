"""`seedbed train`: fit a model to a dataset or a world, or say what a model consists of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from seedbed.cli.common import emit, say, settings, shared
from seedbed.errors import UsageError

TEXT, CAPTIONS = "llama", ("dual_encoder", "captioner")  # trained on words; all others are learners of images


@click.command(
    "train",
    epilog="Example: seedbed train small_cnn data/a --heads category,color --epochs 10 --out models/a; "
    "seedbed train lenet5 tabletop --rows 5000 --heads shape --world size=32 --out models/b; "
    "seedbed train llama data/a --column caption --out models/c; seedbed train dual_encoder data/pairs --set "
    "negatives=pairs --out models/d; seedbed train llama3-8b --describe --json",
)
@click.argument("model")
@click.argument("data", required=False, metavar="DATASET|WORLD")
@click.option("--heads", metavar="COLUMNS", help="Label columns, with commas: one head each.")
@click.option("--column", metavar="COLUMN", help="Texts of a llama (default: text), captions (default: caption).")
@click.option("--out", metavar="FOLDER", help="Folder of the model.")
@click.option("--epochs", type=click.IntRange(min=1), help="Passes over the rows (default 10).")
@click.option("--steps", type=click.IntRange(min=1), help="Steps, instead of epochs.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--rows", type=click.IntRange(min=2), help="Rows of a WORLD, rendered while the model trains.")
@click.option(
    "--world", "world", multiple=True, metavar="KEY=VALUE", help="An option of the WORLD, for example size=32."
)
@click.option("--validation", type=click.FloatRange(0, 0.9), default=0.1, show_default=True, help="Share held out.")
@click.option("--augment", default="none", show_default=True, help="none, classical or classical_flip.")
@click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE",
    help="An option of the model (width=32) or of the fit (learning_rate, batch_size, schedule, ema, clip, accumulate, "
    "patience, evaluate_every, precision, optimiser, weight_decay, warm_up, checkpoint_every, label_smoothing), of a "
    "dual_encoder also negatives=pairs.",
)  # fmt: skip
@click.option("--processes", type=click.IntRange(min=1), default=1, help="Processes that train together (accelerate).")
@click.option("--threads", type=click.IntRange(min=1), help="CPU threads (default: what torch takes).")
@click.option("--use", default="training", show_default=True, help="Checked against the data's use policy.")
@click.option("--override", metavar="'NAME: REASON'", help="Train against the policy; recorded with your name.")
@click.option("--describe", "told", is_flag=True, help="Say what MODEL consists of; nothing is trained.")
@shared
def command(
    model: str, data: str | None, heads: str | None, column: str | None, out: str | None, epochs: int | None,
    steps: int | None, seed: int, rows: int | None, world: tuple[str, ...], validation: float, augment: str,
    changes: tuple[str, ...], processes: int, threads: int | None, use: str, override: str | None, told: bool,
    as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Train MODEL on a dataset, or on a WORLD that renders rows while it trains: a learner (see `seedbed doctor`),
    llama, dual_encoder or captioner.

    The same command on an unfinished folder goes on from its checkpoint. FOLDER gets weights (safetensors), history,
    curves.png, training.json with what it cost, and the stub of a model card.
    """
    wanted = settings(changes)
    if told:
        _describe(model, wanted, as_json)
        return
    for name, value in (("DATASET", data), ("--out", out)):
        if not value:
            raise UsageError(f"{name} is missing", where="train", hint="seedbed train --help has an example")
    if processes > 1 and "WORLD_SIZE" not in os.environ:
        _together(processes)
        return
    from seedbed.run.progress import Progress
    from seedbed.run.training import Job, fit_settings, train_model

    if model in (TEXT, *CAPTIONS):
        if heads or rows or world or augment != "none":
            hint = f"{model} takes --column"
            raise UsageError(
                "--heads, --rows, --world and --augment are for learners of images", where="train", hint=hint
            )
        how: dict[str, Any] = {"options": wanted, "steps": steps, "epochs": epochs, "held_out": validation, "use": use}
        how |= {"override": override, "seed": seed, "threads": threads, "progress": Progress(progress)}
        _say(_on_words(model, str(data), column, Path(str(out)), how), str(out), as_json)
        return
    if column:
        raise UsageError(
            f"--column is for {TEXT}, {', '.join(CAPTIONS)}", where="train", hint=f"{model} takes --heads COLUMNS"
        )
    if not heads:
        raise UsageError("--heads is missing", where="train", hint="label columns, for example --heads category,color")
    fit = fit_settings(wanted, seed, epochs, steps)
    smoothing = wanted.pop("label_smoothing", 0.0)
    job = Job(
        model, str(data), Path(str(out)), [name.strip() for name in heads.split(",")], fit, wanted, augment, smoothing,
        validation, rows, settings(world), use, override,
    )  # fmt: skip
    _say(train_model(job, threads=threads, progress=Progress(progress)), str(out), as_json)


def _on_words(model: str, data: str, column: str | None, out: Path, how: dict[str, Any]) -> dict[str, Any]:
    from seedbed.run.training import train_text
    from seedbed.run.training_captions import train_on_captions

    if model == TEXT:
        return train_text(data, column, out, **how)
    return train_on_captions(model, data, column or "caption", out, **how)


def _describe(model: str, options: dict[str, Any], as_json: bool) -> None:
    from seedbed.run.training import described

    found = described(model, options)
    if as_json:
        emit(found)
        return
    click.echo(f"{found['name']}: {found['parameters']:,} parameters")
    if "published" in found:
        click.echo(f"  published: {found['published']:,} ({found['source']})")
    if "connections" in found:
        click.echo(f"  connections: {found['connections']:,}")
    for layer in found["layers"]:
        click.echo(f"  {layer['name']:<44} {layer['kind']:<20} {layer['parameters']:>14,}")


def _together(processes: int) -> None:
    """Run this command in several processes, through accelerate."""
    from seedbed.run.training import launch_words

    done = subprocess.run([*launch_words(processes), "-m", "seedbed", *sys.argv[1:]], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def _say(made: dict[str, Any], out: str, as_json: bool) -> None:
    if not made:  # another process of those that train together speaks
        return
    if as_json:
        emit({"folder": out, **made})
        return
    scores = ", ".join(f"{figure} {value:.3f}" for figure, value in made["validation_scores"].items())
    state = "is trained already" if made.get("already") else "trained"
    say(
        f"{made['model']} ({made['parameters']:,} parameters) {state}: {made['steps']:,} steps, "
        f"loss {made['final']['loss']:.4g}{', held out: ' + scores if scores else ''}, {made['cost']['seconds']:,.1f} s"
    )
    say(f"wrote {out}: weights (safetensors), training.json, history.json, curves.png, README.md (a card's stub)")
