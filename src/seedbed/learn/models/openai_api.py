"""Any server with OpenAI's chat interface, over plain HTTP: answers kept by content, tries repeated with backoff."""

from __future__ import annotations

import base64
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from seedbed.errors import PartialError, UsageError
from seedbed.learn.models.base import LETTERS, Asked, Model
from seedbed.lineage import digest

TRIES = 4
TIMEOUT = 120.0  # seconds
SHORT = "Answer with the answer only, as short as possible."


class OpenAiApi(Model):
    """`openai-api/NAME/MODEL`: NAME_BASE_URL (such as http://127.0.0.1:8000/v1) and NAME_API_KEY name the server.

    `tokens` counts what was used. Answers are kept in `$SEEDBED_CACHE` (else `~/.cache/seedbed`), so that a
    run that was cut off goes on without asking twice.
    """

    def __init__(self, rest: str) -> None:
        self.name = f"openai-api/{rest}"
        server, sign, self.model = rest.partition("/")
        if not sign or not server or not self.model:
            raise UsageError("a server and a model are needed", where=self.name, hint="write openai-api/NAME/MODEL")
        prefix = server.upper().replace("-", "_")
        self.url = os.environ.get(f"{prefix}_BASE_URL", "")
        if not self.url.startswith(("http://", "https://")):
            raise UsageError(
                f"{prefix}_BASE_URL is not set", where=self.name, hint=f"export {prefix}_BASE_URL=http://..."
            )
        self.key = os.environ.get(f"{prefix}_API_KEY", "")
        self.tokens = {"prompt_tokens": 0, "completion_tokens": 0}
        home = os.environ.get("SEEDBED_CACHE")
        self.cache = (Path(home) if home else Path.home() / ".cache" / "seedbed") / "answers"

    def answer(self, asked: Sequence[Asked]) -> list[str]:
        return [self._one(q) for q in asked]

    def _one(self, q: Asked) -> str:
        options = "".join(f"\n{letter}. {text}" for letter, text in zip(LETTERS, q.options))
        kind = "webp" if q.image[8:12] == b"WEBP" else "png" if q.image.startswith(b"\x89PNG") else "jpeg"
        picture = f"data:image/{kind};base64,{base64.b64encode(q.image).decode()}"
        content = [
            {"type": "image_url", "image_url": {"url": picture}},
            {"type": "text", "text": f"{q.question}{options}\n{SHORT}"},
        ]
        return self._asked([{"role": "user", "content": content}])

    def complete(self, prompt: str) -> str:
        """The answer to a text alone."""
        return self._asked([{"role": "user", "content": prompt}])

    def _asked(self, messages: list[dict[str, Any]]) -> str:
        body = {"model": self.model, "messages": messages, "temperature": 0}
        kept = self.cache / f"{digest([self.url, body])[:32]}.json"
        try:
            return str(json.loads(kept.read_text(encoding="utf-8"))["answer"])
        except (OSError, ValueError, KeyError):
            pass
        reply = self._sent(body)
        try:
            text = str(reply["choices"][0]["message"]["content"]).strip()
        except (KeyError, IndexError, TypeError):
            raise UsageError("the server's reply has no answer in it", where=self.url) from None
        for name in self.tokens:
            self.tokens[name] += int((reply.get("usage") or {}).get(name) or 0)
        self.cache.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({"answer": text}), encoding="utf-8")
        return text

    def _sent(self, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self.key}"} if self.key else {})}
        url, data = f"{self.url.rstrip('/')}/chat/completions", json.dumps(body).encode()
        reason = ""
        for turn in range(TRIES):
            try:
                with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=TIMEOUT) as reply:
                    return json.loads(reply.read())
            except urllib.error.HTTPError as error:
                reason = f"status {error.code}"
                if error.code < 500 and error.code != 429:
                    raise UsageError(
                        f"the server refused ({reason})", where=url, hint="check the model and the key"
                    ) from None
            except (OSError, ValueError) as error:
                reason = str(error)
            time.sleep(min(0.5 * 2**turn, 8.0))
        raise PartialError(f"no answer after {TRIES} tries ({reason})", where=url, hint="run again to go on")
