"""The registry: names to things, the nearest name where there is none, plugins that cannot take a built-in's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedbed import registry
from seedbed.errors import PartialError, SeedbedError, UsageError, nearest


def test_every_kind_has_members_and_unknown_kinds_are_refused() -> None:
    for kind in registry.ROOMS:
        assert registry.names(kind) == sorted(registry.names(kind))
    assert "tabletop" in registry.names("world") and "coco" in registry.names("exporter")
    for call in (lambda: registry.names("wrld"), lambda: registry.get("wrld", "tabletop")):
        with pytest.raises(UsageError, match="did you mean 'world'"):
            call()
    with pytest.raises(UsageError, match="did you mean 'tabletop'"):
        registry.get("world", "tabletp")


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    plugin = tmp_path / "mine.py"
    plugin.write_text("from seedbed import register\n\n@register('shape', 'mug')\nclass Mug: ...\n")
    with pytest.raises(UsageError, match="registered twice"):
        registry.load_plugin(plugin)
    plugin.write_text("raise ValueError('oh no')\n")
    with pytest.raises(UsageError, match="failed to import"):
        registry.load_plugin(plugin)
    with pytest.raises(UsageError, match="no such plugin"):
        registry.load_plugin(tmp_path / "none.py")


def test_errors_are_one_line_and_cross_processes() -> None:
    import pickle

    error = PartialError("half of it\nis done", where="here", hint="run again")
    assert str(error) == "here: half of it is done; run again" and error.exit_code == 4
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is PartialError and again.line == error.line
    assert [cls.exit_code for cls in (SeedbedError, UsageError)] == [1, 2]
    assert nearest("reed", ["red", "blue"]) == "did you mean 'red'?" and nearest("x", []) == "none is known"
