"""`seedbed audit`: metrics by slice, with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from seedbed.cli.common import emit, say, settings, shared
from seedbed.errors import GateError, UsageError


@click.command(
    "audit",
    epilog="Example: seedbed audit answers.csv --label y --prediction p --by sex,race --fail-on 'accuracy < 0.8'; "
    "seedbed audit mock/weak:purple --probe --budget 400; seedbed audit python/mine.py:score --pairs data/pairs",
)
@click.argument("data", required=False)
@click.option("--label", help="Column of the true class.")
@click.option("--prediction", help="Column of the predicted class.")
@click.option("--by", help="Columns of the groups, of a probe factors (default family,category), with commas.")
@click.option(
    "--probe", is_flag=True, help="DATA is a model: find its weak slices in a world, asking --budget questions."
)
@click.option("--budget", type=int, default=400, show_default=True, help="Questions of a probe.")
@click.option("--against", metavar="MODEL", help="Another model: where do the two differ most?")
@click.option("--pairs", metavar="DATASET", help="DATA is a model: score it on minimal pairs.")
@click.option("--suite", metavar="NAME", help="Another kind of audit of DATA: see docs/audits.md.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Arguments of a suite; of a probe: world, k, threshold, questions, seed, world options.",
)
@click.option("--metrics", default="accuracy", show_default=True, help="Metrics, with commas.")
@click.option(
    "--data", "against_data", metavar="DATASET", help="DATA is a model: ask it about every row of this dataset."
)
@click.option("--positive", help="The positive class, for rates that need one.")
@click.option("--score", help="Column of the prediction's confidence.")
@click.option("--out", metavar="FOLDER", help="Also write report.html, audit.json and tables there.")
@click.option(
    "--fail-on",
    multiple=True,
    metavar="GATE",
    help="Exit 3 when this holds: 'accuracy < 0.8', 'gap(false_positive_rate, by=race) > 0.1'.",
)
@click.option("--junit", metavar="FILE", help="Write the gates as JUnit XML.")
@shared
def command(
    data: str | None, label: str | None, prediction: str | None, by: str | None, probe: bool, budget: int,
    against: str | None, pairs: str | None, suite: str | None, changes: tuple[str, ...], metrics: str,
    positive: str | None, against_data: str | None, score: str | None, out: str | None, fail_on: tuple[str, ...],
    junit: str | None, as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Audit the answers in DATA (.parquet, .csv, .jsonl or a dataset folder), worst slices first; or, with --probe or
    --pairs, the model DATA (provider/model).
    """
    data = data or _target(suite)
    if suite:
        _suite(suite, data, settings(changes), out, as_json, progress)
        return
    if probe or pairs:
        _model(data, probe, budget, against, pairs, by, settings(changes), out, as_json, progress)
        return
    own = {
        "label": label, "prediction": prediction, "by": _names(by or ""), "metrics": _names(metrics),
        "positive": positive, "score": score, "data": against_data,
    }  # fmt: skip
    _table({k: v for k, v in own.items() if v} | settings(changes), data, out, fail_on, junit, as_json, progress)


def _table(
    own: dict[str, Any], data: str, out: str | None, fail_on: tuple[str, ...], junit: str | None, as_json: bool,
    progress: str,
) -> None:  # fmt: skip
    """Answers in a table: print or save the audit, then hold it against the gates."""
    from seedbed.audit.compose import audit
    from seedbed.audit.gates import evaluate_gates
    from seedbed.audit.gates import junit as as_junit
    from seedbed.dataset.files import write_text
    from seedbed.run.audits.suite import run_suite, suite_arguments
    from seedbed.run.audits.table import audit_lines, audit_saved, table_of
    from seedbed.run.progress import Progress

    if out:
        run_suite("table", data, settings=own, out=out, progress=Progress(progress))
        made = audit_saved(out)
        made.save(out)
    else:
        source, options, _ = table_of(data, suite_arguments("table", own)[1])
        made = audit(source, **options)
    gates = evaluate_gates(made, fail_on)
    if as_json:
        emit(made.to_dict() | {"gates": [gate.to_dict() for gate in gates]})
    else:
        for line in audit_lines(made):
            click.echo(line)
    if out:
        say(f"wrote {out}/report.html, audit.parquet, gaps.parquet, differences.parquet and audit.json")
    if junit:
        write_text(Path(junit), as_junit(gates))
    failed = [gate for gate in gates if not gate.met]
    if failed:
        for gate in failed[1:]:
            say(f"gate not met: {gate.gate}: {gate.figure} is {gate.value:.4f}")
        first = failed[0]
        raise GateError(
            f"{first.figure} is {first.value:.4f}", where=f"gate {first.gate}", hint="see the audit's table"
        )


def _target(suite: str | None) -> str:
    """What a suite is about where nothing is named."""
    from seedbed import registry

    found: str = registry.get("suite", suite, where="--suite")().default if suite else ""
    if not found:
        hint = "a table, a dataset, or a model: see seedbed audit --help"
        raise UsageError("DATA is missing", where="audit", hint=hint)
    return found


def _suite(name: str, target: str, own: dict[str, Any], out: str | None, as_json: bool, progress: str) -> None:
    from seedbed.run.audits.suite import run_suite
    from seedbed.run.progress import Progress

    found = run_suite(name, target, settings=own, out=out, progress=Progress(progress))
    if as_json:
        emit(found)
    else:
        for line in found["lines"]:
            click.echo(line)
    if out:
        say(f"wrote {out}/report.html; every number in it opens its evidence")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _model(
    name: str, probe: bool, budget: int, against: str | None, pairs: str | None, by: str | None, own: dict[str, Any],
    out: str | None, as_json: bool, progress: str,
) -> None:  # fmt: skip
    """A model by name: its minimal pairs, or its weak slices."""
    from seedbed.run.pairs import score_pairs
    from seedbed.run.probe import BY, probe_model
    from seedbed.run.progress import Progress

    if pairs:
        scored = score_pairs(name, pairs)
        if as_json:
            emit(scored)
            return
        for kind, part in (("all", scored), *scored["by"].items()):
            shares = "  ".join(
                f"{n} {part[n]['value']:.3f} [{part[n]['low']:.3f}, {part[n]['high']:.3f}]"
                for n in ("text", "image", "group")
            )
            click.echo(f"{kind:<11}{part['pairs']:>6} pairs  {shares}")
        say("chance: text 0.250, image 0.250, group 0.167")
        return
    models = [name, against] if against else [name]
    found = probe_model(models, budget=budget, by=_names(by) if by else BY, out=out, progress=Progress(progress), **own)
    if as_json:
        emit(found)
        return
    for title, rows in (("worst", found["worst"]), ("best", found["best"]), ("under the threshold", found["under"])):
        if rows:
            click.echo(f"{title}:")
        for row in rows:
            named = ", ".join(f"{k}={v}" for k, v in row["slice"].items())
            fresh = (
                f"{row['fresh']:.2f} [{row['low']:.2f}, {row['high']:.2f}] of {row['n']} fresh"
                if row["n"]
                else "not asked again"
            )
            click.echo(f"  {row['estimate']:.2f} estimated, {fresh}  {row['state']:<7} {named}")
    if found["common"]:
        click.echo("what fails has in common:")
    for row in found["common"]:
        named = ", ".join(f"{k}={v}" for k, v in row["where"].items())
        rates = f"wrong {row['wrong']:.2f} against {row['wrong_elsewhere']:.2f} elsewhere, n={row['n']}"
        click.echo(f"  {rates}  {row['state']:<7} {named}")
    say(
        f"asked {found['questions_asked']:,} questions of {found['slices']:,} slices"
        + (f"; wrote {out}" if out else "")
    )
