"""The command line as a user meets it: exit codes, one-line errors, JSON, help with examples."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from seedbed.cli import cli

VERBS = sorted(cli.list_commands(None))  # type: ignore[arg-type]


def seedbed(*words: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "seedbed", *words], capture_output=True, text=True, cwd=cwd)


def test_verbs_and_their_options_are_announced() -> None:
    assert VERBS == [
        "audit", "bottleneck", "curate", "doctor", "document", "export", "generate", "label", "recipe", "run", "train",
        "verify", "view",
    ]  # fmt: skip
    for verb in VERBS:
        command = cli.get_command(None, verb)  # type: ignore[arg-type]
        assert command is not None and command.help and "Example: seedbed" in (command.epilog or "")
        flags = {flag for p in command.params for flag in getattr(p, "opts", []) if flag.startswith("--")}
        assert {"--json", "--progress", "--plugin"} <= flags


def test_generate_view_verify(here: Path) -> None:
    done = seedbed("generate", "glyphs", "--rows", "30", "--out", "data/a", "--json")
    made = json.loads(done.stdout)
    assert done.returncode == 0 and made["rows"] == 30 and made["schema_version"] == 1
    shown = seedbed("view", "data/a", "--where", "digit == '3'", "--rows", "3", "--sheet", "sheet.png")
    assert shown.returncode == 0 and shown.stdout.startswith("3 rows") and (here / "sheet.png").stat().st_size > 50
    assert json.loads(seedbed("view", "data/a", "--json").stdout)["first"][0]["digit"]
    assert "verified" in seedbed("verify", "data/a").stdout
    lineage = here / "data" / "a" / "lineage.json"
    lineage.write_text(lineage.read_text().replace(made["fingerprint"], "0" * 64))
    wrong = seedbed("verify", "data/a", "--json")
    assert wrong.returncode == 3 and json.loads(wrong.stdout)["ok"] is False and "error:" in wrong.stderr


def test_audit_and_gates(here: Path) -> None:
    lines = ["y,p,sex"] + ["1,1,f"] * 30 + ["1,0,f"] * 30 + ["1,1,m"] * 60
    (here / "a.csv").write_text("\n".join(lines))
    before = (here / "a.csv").read_bytes()
    done = seedbed("audit", "a.csv", "--label", "y", "--prediction", "p", "--by", "sex", "--out", "audit")
    assert done.returncode == 0 and done.stdout.index("sex == 'f'") < done.stdout.index("sex == 'm'")
    assert "chance alone" in done.stdout and (here / "audit" / "audit.parquet").exists()
    gate = (
        "audit",
        "a.csv",
        "--label",
        "y",
        "--prediction",
        "p",
        "--by",
        "sex",
        "--json",
        "--fail-on",
        "accuracy < 0.6",
    )
    failed = seedbed(*gate)
    assert (
        failed.returncode == 3
        and "accuracy of sex == 'f' is 0.5000" in failed.stderr
        and json.loads(failed.stdout)["table"]
    )
    assert (here / "a.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["generat"], "did you mean 'generate'"),
        (["generate", "glyphs", "--rows", "3"], "Missing option '--out'"),
        (["generate", "glyfs", "--rows", "3", "--out", "x"], "did you mean 'glyphs'"),
        (["generate", "glyphs", "--rows", "3", "--out", "x", "--where", "digt == '1'"], "did you mean 'digit'"),
        (["generate", "glyphs", "--rows", "3", "--out", "x", "--set", "novalue"], "not key=value"),
        (["generate", "glyphs", "--rows", "3", "--out", "x", "--engine", "rya"], "did you mean 'ray'"),
        (["run", "nothing.yaml"], "no such recipe"),
        (["audit", "no.csv", "--label", "y", "--prediction", "p", "--by", "s"], "no such file"),
        (["verify", "nowhere"], "no such folder"),
        (["view", "nowhere"], "no such folder"),
        (["document", "nowhere", "--out", "x"], "no finished run"),
        (["doctor", "--plugin", "no.py"], "no such plugin"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(here: Path, words: list[str], message: str) -> None:
    done = seedbed(*words)
    assert done.returncode == 2 and message in done.stderr and "Traceback" not in done.stderr
    if done.stderr.startswith("error:"):
        assert len(done.stderr.strip().splitlines()) == 1
    assert list(here.iterdir()) == []


def test_plugins_that_fail_say_why(here: Path) -> None:
    (here / "bad.py").write_text("import nothing_like_this")
    done = seedbed("doctor", "--plugin", "bad.py")
    assert done.returncode == 2 and "failed to import" in done.stderr
    (here / "twice.py").write_text(
        "from seedbed import register\n@register('metric', 'accuracy')\ndef accuracy(a, b): return 0\n"
    )
    (here / "a.csv").write_text("y,p,s\n1,1,a\n")
    done = seedbed("audit", "a.csv", "--label", "y", "--prediction", "p", "--by", "s", "--plugin", "twice.py")
    assert done.returncode == 2 and "registered twice" in done.stderr


def test_dry_run_writes_nothing(here: Path) -> None:
    (here / "r.yaml").write_text("name: x\nstages:\n  rows: {do: generate, world: glyphs, rows: 50}\n")
    done = seedbed("run", "r.yaml", "--dry-run", "--json")
    assert json.loads(done.stdout)["stages"] == [
        {"stage": "rows", "do": "generate", "cells": 1, "finished": 0, "rows": 50}
    ]
    assert "rows to generate: 50" in seedbed("run", "r.yaml", "--dry-run").stdout
    assert [p.name for p in here.iterdir()] == ["r.yaml"]


def test_doctor_and_recipe_schema() -> None:
    found = json.loads(seedbed("doctor", "--json").stdout)
    assert found["ok"] and {"python", "numpy", "disk", "cores", "device"} <= {c["what"] for c in found["checks"]}
    assert all(c["mend"] for c in found["checks"] if c["state"] != "ok")
    schema = json.loads(seedbed("recipe", "schema").stdout)
    assert schema["additionalProperties"] is False and "stages" in schema["properties"]
    assert "generate:" in seedbed("recipe", "steps").stdout


def test_ctrl_c_keeps_finished_work_and_a_rerun_goes_on(here: Path) -> None:
    words = ["generate", "glyphs", "--rows", "14000", "--out", "data", "--progress", "none"]
    process = subprocess.Popen([sys.executable, "-m", "seedbed", *words], stderr=subprocess.PIPE, text=True)
    ledger = here / "data" / ".jobs" / "generate"
    for _ in range(600):
        if ledger.is_dir() and list(ledger.glob("*.json")):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=30)
    assert process.returncode == 130 and "run the same command to go on" in talk and "Traceback" not in talk
    kept = len(list(ledger.glob("*.json")))
    assert 0 < kept < 32
    done = subprocess.run([sys.executable, "-m", "seedbed", *words, "--json"], capture_output=True, text=True)
    assert done.returncode == 0 and json.loads(done.stdout)["rows"] == 14000
    assert os.listdir(here) == ["data"]


def test_progress_is_plain_lines_off_a_terminal(here: Path) -> None:
    (here / "r.yaml").write_text("name: x\nstages:\n  rows: {do: generate, world: glyphs, rows: 50}\n")
    done = seedbed("run", "r.yaml")
    assert done.returncode == 0 and "\x1b" not in done.stderr and "\r" not in done.stderr
    assert done.stderr.splitlines()[0].startswith("x: 1 stages into runs/x") and "[1/1] rows" in done.stderr
    assert "already done" in seedbed("run", "r.yaml").stderr
