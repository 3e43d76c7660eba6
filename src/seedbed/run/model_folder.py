"""What lies beside a trained model's weights: history, curves, what training cost, and the stub of its card."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seedbed.dataset import Dataset, policy
from seedbed.dataset.files import write_json, write_text
from seedbed.document.compute import cpu_use
from seedbed.document.figures import learning_curves
from seedbed.document.model_card import front_matter
from seedbed.lineage import code_version, machine, packages

TRAINING, HISTORY, CURVES, CARD, CHECKPOINTS = "training.json", "history.json", "curves.png", "README.md", "checkpoint"


def finish(
    out: Path, facts: Mapping[str, Any], outcome: Any, sources: Sequence[Path], scores: Mapping[str, float]
) -> dict[str, Any]:
    """Write what belongs to a finished model and drop its checkpoint; returns what training.json holds.

    outcome: of learn.train. sources: folders whose use policies the model inherits. scores: figure -> value on rows
    that were held out.
    """
    made = {
        "schema_version": 1, **facts, "steps": outcome.steps, "stopped": outcome.stopped, "best": outcome.best,
        "final": outcome.history[-1], "validation_scores": dict(scores), "cost": cost(outcome),
        "code": code_version(), "machine": machine(), "packages": packages(("torch", "transformers", "numpy")),
    }  # fmt: skip
    write_json(out / HISTORY, {"training": outcome.history, "validation": outcome.evaluations})
    (out / CURVES).write_bytes(curves(outcome))
    policy.inherit(out, sources)
    write_text(out / CARD, card(out.name, made))
    write_json(out / TRAINING, made)
    shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)
    return made


def source(folder: Path) -> dict[str, Any]:
    """What names a dataset in a model's record: path, rows, fingerprint."""
    dataset = Dataset(folder)
    return {"path": str(folder), "rows": len(dataset), "fingerprint": dataset.lineage.get("fingerprint")}


def cost(outcome: Any) -> dict[str, Any]:
    """Seconds and FLOP as counted; joules where the machine counts them, else a range from stated watts a core."""
    import torch

    found = {
        "seconds": round(outcome.seconds, 3), "seconds_waiting_for_data": round(outcome.waiting, 3),
        "flop": outcome.flop, "flop_counted": "forward passes counted by torch, times three; 0: not counted",
    }  # fmt: skip
    if outcome.energy is not None:
        return {**found, "joules": round(outcome.energy, 1), "joules_counted": "the processor's own counters (RAPL)"}
    use = cpu_use(outcome.seconds, torch.get_num_threads())
    low, high = (3.6e6 * float(str(use[f"energy_{end}_kwh"]["value"])) for end in ("low", "high"))
    return {
        **found,
        "joules_low": round(low, 1),
        "joules_high": round(high, 1),
        "joules_counted": "estimated, not measured",
    }


def curves(outcome: Any) -> bytes:
    """Loss over the steps, training and validation, as PNG."""
    series = {"training": [(e["step"], e["loss"]) for e in outcome.history]}
    held = [(e["step"], e["loss"]) for e in outcome.evaluations if "loss" in e]
    return learning_curves({**series, "validation": held} if held else series, y_label="loss")


def card(name: str, made: Mapping[str, Any]) -> str:
    """The stub of a model card: what is known is stated, what nobody measured is said to be open."""
    import yaml

    front = front_matter(
        name=name, license=None, tags=["seedbed", str(made["model"])],
        datasets=[source["path"] for source in made.get("sources", [])], metrics=[],
    )  # fmt: skip
    scores = [
        f"- {figure} on {made['validation_rows']:,} rows held out: {value:.3f}"
        for figure, value in made["validation_scores"].items()
    ]
    sources = [
        f"- `{s['path']}`: {s['rows']:,} rows, fingerprint `{s['fingerprint']}`" for s in made.get("sources", [])
    ]
    lines = [
        "---", yaml.safe_dump(front, sort_keys=False).strip(), "---", f"# {name}", "",
        "A stub: `seedbed audit` and `seedbed document` fill what is open. "
        f"Made by `seedbed train {made['model']} {made['data']}`.",
        "", "## Model", "", f"{made['model']}, {made['parameters']:,} parameters. {_heads(made)}", "",
        "## Training data", "", *(sources or [f"`{made['data']}`, made while it trained; not stored"]), "",
        "## Training", "", f"{made['steps']:,} steps, settings in `training.json`, loss in `history.json`.",
        f"{made['cost']['seconds']:,.0f} s, {made['cost']['flop']:.3g} FLOP (forward passes counted, times three).", "",
        "![loss over the steps](curves.png)", "",
        "## Figures", "", *(scores or ["None was measured: no rows were held out."]), "",
        "## Intended use, limits, groups", "",
        "Not stated yet, and not audited yet: do not rely on this model for people.", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _heads(made: Mapping[str, Any]) -> str:
    labels = made.get("labels") or {}
    return "; ".join(f"`{head}`: {len(names)} labels" for head, names in labels.items())
