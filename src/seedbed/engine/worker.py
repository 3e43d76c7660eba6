"""A worker process of the local engine: JSON lines in, JSON lines out (`python -m seedbed.engine.worker`)."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from seedbed.engine.tasks import execute


def main() -> None:
    """Serve tasks until the input closes. What tasks print goes to stderr: stdout carries answers only."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        message = json.loads(line)
        error = execute(message["fn"], message["task"], Path(message["ledger"]))
        answers.write(json.dumps(error or {}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
