"""The command line. One small module a verb; a verb's module is imported when it is used or listed.

stdout is data, stderr is talk. Exit codes: 0 done, 1 unexpected, 2 usage or prerequisite, 3 a gate was not
met, 4 partial (run again to go on), 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from pathlib import Path

import click

from seedbed import __version__
from seedbed.errors import SeedbedError, nearest

_NOT_VERBS = {"common"}


class Verbs(click.Group):
    """Finds verbs among this package's modules."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        found = pkgutil.iter_modules([str(Path(__file__).parent)])
        return sorted(m.name for m in found if m.name not in _NOT_VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"seedbed.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            ctx.fail(f"no verb '{args[0]}'; {nearest(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="seedbed")
def cli() -> None:
    """Make data by programs, audit models, and close the loop, with every number traceable.

    \b
    seedbed run recipes/loop.yaml                              the closed loop, end to end
    seedbed generate tabletop --rows 1000 --out data/a         a balanced dataset
    seedbed audit answers.csv --label y --prediction p --by sex,race
    """


def main() -> None:
    """Entry point: every SeedbedError is one line and its exit code; Ctrl-C says what is kept."""
    try:
        cli(standalone_mode=False, prog_name="seedbed")
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.exceptions.Abort):
        print("interrupted: finished work is kept; run the same command to go on", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
    except SeedbedError as error:
        if os.environ.get("SEEDBED_DEBUG"):
            raise
        print(f"error: {error.line}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:
        if os.environ.get("SEEDBED_DEBUG"):
            raise
        text = f"{type(error).__name__}: {error}".splitlines()[0]
        print(f"unexpected error: {text} (SEEDBED_DEBUG=1 shows where)", file=sys.stderr)
        sys.exit(1)
