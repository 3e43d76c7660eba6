"""`seedbed document`: documents of runs, datasheets, the evidence of a number, differences, cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from seedbed.cli.common import emit, say, shared
from seedbed.errors import GateError, UsageError


class Documents(click.Group):
    """A group whose default verb is `build`: `seedbed document RUN` needs no word for it."""

    VALUES = ("--out", "--title", "--why", "--answers", "--model", "--plugin", "--progress")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or "--help" in args[:1] or "-h" in args[:1]:
            return super().parse_args(ctx, args or ["--help"])
        words = [
            k for k, word in enumerate(args) if not word.startswith("-") and (not k or args[k - 1] not in self.VALUES)
        ]
        if words and args[words[0]] in self.commands:
            verb = args[words[0]]
            return super().parse_args(ctx, [verb, *args[: words[0]], *args[words[0] + 1 :]])
        return super().parse_args(ctx, ["build", *args])


@click.group(
    "document",
    cls=Documents,
    epilog="Example: seedbed document runs/loop; seedbed document runs/loop --why worst_slice_error.targeted.mean; "
    "seedbed document runs/loop runs/digits --out runs/demo; seedbed document diff runs/a runs/b",
)
@shared
def command(as_json: bool, progress: str) -> None:
    """Write datasheets, model card and report of a RUN; refuse while a number of them cannot be opened.

    \b
    seedbed document RUN [--answers FILE] [--draft]      all documents, into RUN/documents
    seedbed document RUN RUN --out FOLDER [--title T]    one report of several runs
    seedbed document RUN --why ID                        what is behind a number
    """


@command.command("build", epilog="Example: seedbed document runs/loop --answers answers.yaml")
@click.argument("runs", nargs=-1, required=True)
@click.option("--out", metavar="FOLDER", help="Where to write (default: RUN/documents; needed for several runs).")
@click.option("--title", default=None, help="Title of the report of several runs.")
@click.option("--why", "number", metavar="ID", help="Open this number instead of writing.")
@click.option("--answers", metavar="FILE", help="YAML: datasheet, model_card, settings (license, prices).")
@click.option("--model", metavar="STAGE", help="Whose card to write, for example 'model[seed=0,arm=targeted]'.")
@click.option("--draft", is_flag=True, help="Write although numbers cannot be opened; the cards say which.")
@shared
def build(
    runs: tuple[str, ...], out: str | None, title: str | None, number: str | None, answers: str | None,
    model: str | None, draft: bool, as_json: bool, progress: str,
) -> None:  # fmt: skip
    """Documents of the RUNS, which must be finished; or, with --why, what is behind a number."""
    if number is not None:
        if len(runs) != 1:
            raise UsageError("--why needs one run", where="document", hint="seedbed document RUN --why ID")
        _why(runs[0], number, as_json)
    elif len(runs) > 1 or title is not None:
        _joined(runs, out, title or "Seedbed: one report of several runs", draft, as_json)
    else:
        _build(runs[0], out, answers, model, draft, as_json)


def _build(run: str, out: str | None, answers: str | None, model: str | None, draft: bool, as_json: bool) -> None:
    from seedbed.run.documents.build import document_run
    from seedbed.run.documents.sheets import read_answers

    made = document_run(
        run, out=out, answers=read_answers(answers), model=model, draft=draft, where=answers or "answers"
    )
    if as_json:
        emit(made)
        return
    for path in made["files"]:
        say(f"wrote {path}")
    for line in made["affected"]:
        say(line)
    for name, left in made["unanswered"].items():
        say(
            f"{name}: {len(left)} unanswered"
            + (f" ({', '.join(left[:6])}{', …' if len(left) > 6 else ''})" if left else "")
        )
    say(
        f"{made['evidence']} numbers, "
        + (f"{len(made['not_holding'])} cannot be opened: DRAFT" if made["draft"] else "all can be opened")
    )


def _joined(runs: tuple[str, ...], out: str | None, title: str, draft: bool, as_json: bool) -> None:
    from seedbed.document.report import write_report
    from seedbed.run.documents.build import joined_report

    if out is None:
        raise UsageError("--out is missing", where="document", hint="the folder of the joined report")
    joined = joined_report(runs, title=title, draft=draft)
    path = write_report(joined, Path(out) / "report.html")
    if as_json:
        emit({"report": str(path), "bytes": path.stat().st_size, "runs": list(runs), "evidence": len(joined.evidence)})
    else:
        say(f"wrote {path} ({path.stat().st_size / 2**20:.1f} MB)")
        say(f"open {path}")


@command.command("why", epilog="Example: seedbed document why worst_slice_error.targeted.mean --run runs/loop")
@click.argument("number", metavar="ID")
@click.option("--run", required=True, metavar="FOLDER", help="The run that the number is of.")
@shared
def why_verb(number: str, run: str, as_json: bool, progress: str) -> None:
    """What is behind a number: value, run, command, stage, code, data, seeds, file; and whether it still holds."""
    _why(run, number, as_json)


def _why(run: str, number: str, as_json: bool) -> None:
    from seedbed.run.documents.evidence import HOLDS, why

    found = why(run, number)
    if as_json:
        emit(found)
    else:
        for line in _why_lines(found):
            click.echo(line)
    if found["state"] != HOLDS:
        raise GateError(f"{number} is {found['state']}", where=run, hint=found["why"])


def _why_lines(found: dict[str, Any]) -> list[str]:
    code, state = found["code"], found["state"] + (f": {found['why']}" if found["why"] else "")
    commit = f", commit {code['commit'][:12]}{' with changes' if code['modified'] else ''}" if code["commit"] else ""
    rows = {
        "value": found["value"], "state": state,
        "run": f"{found['run']}, finished {found['finished']} on {found['machine']}",
        "again": found["command"], "recipe": f"{found['recipe']} (sha256 {found['recipe_sha256'][:12]})",
        "stage": f"{found['stage']} ({found['step']} version {found['step_version']}, key {found['key'][:12]})",
        "code": f"seedbed {code['version']}{commit}, source {code['source'][:12]}",
        "seeds": ", ".join(map(str, found["seeds"])) or "none", "file": f"{found['file']} at {found['pointer']}",
    }  # fmt: skip
    lines = [found["id"], *(f"  {name:<7} {value}" for name, value in rows.items())]
    if found["beside"]:
        lines.insert(2, "  beside  " + ", ".join(f"{name} {value}" for name, value in found["beside"].items()))
    lines += [f"  data    {d['path']} version {str(d['fingerprint'])[:12]}" for d in found["data"]]
    return lines + [f"  note    {note}" for note in found["notes"]]


@command.command("datasheet", epilog="Example: seedbed document datasheet data/clean --answers answers.yaml")
@click.argument("dataset")
@click.option("--answers", metavar="FILE", help="YAML: question id -> text, or {text, by, date}.")
@click.option("--out", metavar="FOLDER", help="Where to write datasheet.md and .html (default: DATASET/documents).")
@shared
def datasheet_verb(dataset: str, answers: str | None, out: str | None, as_json: bool, progress: str) -> None:
    """Datasheet of a dataset folder, or of every dataset of a run: measured, stated or unanswered."""
    from seedbed.dataset.files import write_text
    from seedbed.run.documents.sheets import datasheet_of, read_answers, subjects

    given, folder = read_answers(answers), Path(out) if out else Path(dataset) / "documents"
    made = []
    for name, subject in subjects(Path(dataset)).items():
        card = datasheet_of(subject, answers=given, where=answers or "answers")
        paths = [write_text(folder / f"{name}.md", card.markdown()), write_text(folder / f"{name}.html", card.html())]
        left = [key for key, text in card.answers.items() if text is None]
        made.append({"files": [str(p) for p in paths], "unanswered": left, **card.to_dict()})
        say(f"wrote {paths[0]} and {paths[1].name}; {len(left)} of {len(card.answers)} questions are unanswered")
    if as_json:
        emit({"datasheets": made})


@command.command("questions", epilog="Example: seedbed document questions data/clean --out answers.yaml")
@click.argument("dataset")
@click.option("--out", metavar="FILE", help="Where the form is written (default: printed).")
@shared
def questions_verb(dataset: str, out: str | None, as_json: bool, progress: str) -> None:
    """A form (YAML) of the datasheet questions that Seedbed cannot answer."""
    from seedbed.dataset.files import write_text
    from seedbed.run.documents.sheets import form, subject_of_folder

    text = form(subject_of_folder(Path(dataset)))
    if out is not None and Path(out).exists():
        raise UsageError("the file is there already", where=out, hint="answers are not overwritten")
    if out is not None:
        say(f"wrote {write_text(Path(out), text)}")
    if as_json:
        emit({"out": out, "form": text})
    elif out is None:
        click.echo(text, nl=False)


@command.command("diff", epilog="Example: seedbed document diff runs/a runs/b --json")
@click.argument("one", metavar="A")
@click.argument("two", metavar="B")
@shared
def diff_verb(one: str, two: str, as_json: bool, progress: str) -> None:
    """What changed between two runs, documents or results: answers, numbers and whether beyond noise, data versions."""
    from seedbed.run.documents.diff import diff

    found = diff(one, two)
    if as_json:
        emit(found)
        return
    if not found["answers_compared"]:
        say("answers and data versions were not compared: write both runs' documents first")
    for name in ("answered", "unanswered", "changed"):
        for key in found[name]:
            click.echo(f"{name:<11} {key}")
    for item in found["data"]:
        click.echo(f"data        {item['data']}: {str(item['a'])[:12]} -> {str(item['b'])[:12]}")
    words = {None: "no interval", True: "intervals overlap", False: "beyond noise: intervals are apart"}
    for item in found["numbers"]:
        click.echo(f"number      {item['id']}: {item['a']:g} -> {item['b']:g} ({words[item['overlap']]})")
    only = [len(found[f"numbers_only_in_{side}"]) for side in "ab"]
    say(f"{len(found['numbers'])} numbers differ; {only[0]} only in A, {only[1]} only in B")


@command.command("cost", epilog="Example: seedbed document cost --parameters 7e9 --tokens 1e12 --gpu h100 --price 2.5")
@click.option("--parameters", type=float, required=True, help="Parameters of the transformer, for example 7e9.")
@click.option("--tokens", type=float, required=True, help="Tokens seen in training, for example 1e12.")
@click.option("--gpu", default="h100", show_default=True, help="v100, a100, h100 or h200.")
@click.option(
    "--price", type=float, default=2.5, show_default=True, help="Dollars a GPU-hour: yours, or the assumed one."
)
@click.option(
    "--utilisation", type=float, default=0.4, show_default=True, help="Share of the GPU's peak that is reached."
)
@shared
def cost_verb(
    parameters: float, tokens: float, gpu: str, price: float, utilisation: float, as_json: bool, progress: str
) -> None:
    """Operations, GPU-hours, energy and dollars of training a transformer, each with its formula. An estimate."""
    from seedbed.document.compute import training_cost

    found = training_cost(parameters, tokens, gpu=gpu, price=price, utilisation=utilisation)
    if as_json:
        emit(found)
        return
    for name, fact in found.items():
        click.echo(f"{name:<11} {fact['value']:.4g} {fact['unit']}  = {fact['formula']}")
