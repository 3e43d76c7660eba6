"""Models by name: mock ones, functions of the user, servers with OpenAI's chat interface (a small one made here)."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seedbed.dataset.images import encode
from seedbed.errors import PartialError, UsageError
from seedbed.learn.models import Asked, load_model, right

IMAGE = encode(np.full((8, 8, 3), 200, np.uint8))
QUESTION = Asked(
    IMAGE,
    "What colour is the mug?",
    ("red", "blue"),
    "blue",
    "query_color(unique(filter_category(scene(), 'mug')))",
    "1",
)


@pytest.mark.parametrize(
    ("answer", "options", "given", "fine"),
    [
        ("blue", (), "Blue.", True), ("blue", (), "red", False), ("blue", ("red", "blue"), "B", True), ("blue", ("red", "blue"), "B. blue", True),
        ("blue", ("red", "blue"), "A", False), ("3", (), "three", True), ("3", (), "There are 3 mugs", True), ("3", (), "13", False),
        ("yes", (), "Yes, there is.", True), ("no", (), "Not sure", False), ("ice cream", (), "an ice cream", True), ("[4, 5]", (), "[4, 5]", True),
    ],
)  # fmt: skip
def test_answers_are_compared(answer: str, options: tuple[str, ...], given: str, fine: bool) -> None:
    assert right(Asked(IMAGE, "?", options, answer), given) is fine


def test_mock_models_fail_on_purpose() -> None:
    assert load_model("mock/truth").answer([QUESTION]) == ["blue"]
    many = [Asked(IMAGE, f"{k}?", ("red", "blue"), "blue", QUESTION.program, str(k)) for k in range(400)]
    rates = {
        n: np.mean([a == "blue" for a in load_model(n).answer(many)])
        for n in ("mock/chance", "mock/weak:mug", "mock/weak:cube")
    }
    assert abs(rates["mock/chance"] - 0.5) < 0.1 and rates["mock/weak:mug"] < 0.45 and rates["mock/weak:cube"] > 0.9
    for name in ("mock", "mock/odd", "mock/weak", "other/x"):
        with pytest.raises(UsageError, match="no model"):
            load_model(name)


def test_functions_of_the_user(here: Path) -> None:
    Path("mine.py").write_text(
        "def answer(image, question, options):\n    return options[-1] if image.shape == (8, 8, 3) else 'x'\n"
        "def score(image, text):\n    return len(text)\ndef broken(image, text):\n    raise ValueError('no')\n"
    )
    assert load_model("python/mine.py:answer").answer([QUESTION]) == ["blue"]
    scorer = load_model("python/mine.py:score")
    assert scorer.score([IMAGE], ["abc"]) == [3.0] and scorer.answer([QUESTION]) == ["blue"]
    with pytest.raises(UsageError, match="with options"):
        scorer.answer([Asked(IMAGE, "?")])
    with pytest.raises(UsageError, match="cannot score"):
        load_model("python/mine.py:answer").score([IMAGE], ["a"])
    with pytest.raises(UsageError, match="the function failed"):
        load_model("python/mine.py:broken").score([IMAGE], ["a"])
    for place in ("mine.py", "absent.py:answer", "mine.py:absent"):
        with pytest.raises(UsageError):
            load_model(f"python/{place}")


class _Server(BaseHTTPRequestHandler):
    seen: list[dict[str, Any]] = []
    fails = 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _Server.seen.append({"body": body, "key": self.headers.get("Authorization"), "path": self.path})
        if _Server.fails > 0:
            _Server.fails -= 1
            self.send_response(503)
            self.end_headers()
            return
        reply = {"choices": [{"message": {"content": " Blue "}}], "usage": {"prompt_tokens": 7, "completion_tokens": 1}}
        self.send_response(200 if body["model"] != "absent" else 404)
        self.end_headers()
        self.wfile.write(json.dumps(reply).encode())

    def log_message(self, *args: Any) -> None:
        return


def test_a_server_is_asked_once(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDBED_CACHE", str(here / "cache"))
    monkeypatch.setattr("seedbed.learn.models.openai_api.time.sleep", lambda s: None)
    with pytest.raises(UsageError, match="TINY_BASE_URL is not set"):
        load_model("openai-api/tiny/vlm")
    server = HTTPServer(("127.0.0.1", 0), _Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        monkeypatch.setenv("TINY_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
        monkeypatch.setenv("TINY_API_KEY", "secret")
        _Server.seen, _Server.fails = [], 2
        model = load_model("openai-api/tiny/vlm")
        assert right(QUESTION, model.answer([QUESTION])[0]) and model.answer([QUESTION]) == ["Blue"]
        assert len(_Server.seen) == 3  # two refusals, one answer; the second question came from the cache
        sent = _Server.seen[-1]
        assert sent["path"] == "/v1/chat/completions" and sent["key"] == "Bearer secret"
        content = sent["body"]["messages"][0]["content"]
        assert content[0]["image_url"]["url"].startswith("data:image/png;base64,") and "B. blue" in content[1]["text"]
        assert model.tokens["prompt_tokens"] == 7  # type: ignore[attr-defined]
        with pytest.raises(UsageError, match="status 404"):
            load_model("openai-api/tiny/absent").answer([QUESTION])
        _Server.fails = 9
        with pytest.raises(PartialError, match="run again"):
            load_model("openai-api/tiny/other").answer([QUESTION])
    finally:
        server.shutdown()
        server.server_close()
