"""`seedbed audit`: metrics by slice, with intervals."""

from __future__ import annotations

import click

from seedbed.cli.common import emit, say, shared


@click.command(
    "audit",
    epilog="Example: seedbed audit answers.csv --label y --prediction p --by sex,race --fail-on 'accuracy < 0.8'",
)
@click.argument("data")
@click.option("--label", required=True, help="Column of the true class.")
@click.option("--prediction", required=True, help="Column of the predicted class.")
@click.option("--by", required=True, help="Columns of the groups, with commas.")
@click.option("--metrics", default="accuracy", show_default=True, help="Metrics, with commas.")
@click.option("--positive", help="The positive class, for rates that need one.")
@click.option("--score", help="Column of the prediction's confidence.")
@click.option("--out", metavar="FOLDER", help="Also write audit.parquet, gaps.parquet and audit.json there.")
@click.option(
    "--fail-on",
    multiple=True,
    metavar="GATE",
    help="Exit 3 when this holds: 'accuracy < 0.8', 'gap:accuracy > 0.1'.",
)
@shared
def command(
    data: str, label: str, prediction: str, by: str, metrics: str, positive: str | None, score: str | None,
    out: str | None, fail_on: tuple[str, ...], as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Audit the answers in DATA (.parquet, .csv, .jsonl or a dataset folder), worst slices first."""
    from seedbed.audit.compose import audit
    from seedbed.audit.gates import check_gate

    made = audit(
        data,
        label=label,
        prediction=prediction,
        by=_names(by),
        metrics=_names(metrics),
        positive=positive,
        score=score,
    )
    if out:
        made.save(out)
    if as_json:
        emit(made.to_dict())
    else:
        for metric in _names(metrics):
            click.echo(_table(made, metric))
        for gap in made.gaps.to_pylist():
            if gap["state"] == "ok":
                click.echo(
                    f"gap of {gap['metric']} by {gap['by']}: {gap['difference']:.3f} "
                    f"(chance alone {gap['null_mean']:.3f}, p = {gap['p_adjusted']:.3f})"
                )
    if out:
        say(f"wrote {out}/audit.parquet, gaps.parquet and audit.json")
    for gate in fail_on:
        check_gate(made, gate)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _table(made: object, metric: str) -> str:
    from seedbed.audit.result import Audit

    assert isinstance(made, Audit)
    whole = [r for r in made.table.to_pylist() if r["metric"] == metric and r["depth"] == 0]
    ranked = made.about["metrics"][metric] != "neither"
    rows = made.worst(metric, 20) if ranked else made.slices(metric)[:20]
    lines = [f"{metric}:"]
    for r in whole:
        lines.append(f"  {_figure(r['value'], r['low'], r['high'], r['n'])}  all rows")
    lines += [f"  {_figure(r.value, r.low, r.high, r.n)}  {r.slice}" for r in rows]
    few = sum(1 for r in made.table.to_pylist() if r["metric"] == metric and r["state"] != "ok")
    if few:
        lines.append(f"  ({few} slices without enough data: see --json)")
    return "\n".join(lines)


def _figure(value: float | None, low: float | None, high: float | None, n: int) -> str:
    if value is None or low is None or high is None:
        return f"undefined               n={n:<7}"
    return f"{value:.3f} [{low:.3f}, {high:.3f}]  n={n:<7}"
