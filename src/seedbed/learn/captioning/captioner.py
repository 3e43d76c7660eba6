"""What a captioner is: images to captions, greedily or sampled; one folder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.dataset.files import read_json, write_json
from seedbed.errors import UsageError, nearest
from seedbed.learn.base import CONFIG, WEIGHTS, as_batch
from seedbed.learn.classifier import BATCH, to_tensor
from seedbed.learn.contrastive.dual import TOKENIZER
from seedbed.learn.contrastive.tokens import END, START, load_tokenizer
from seedbed.learn.weights import read_weights, write_weights

DEFAULTS: dict[str, Any] = {"channels": 32, "width": 128, "depth": 2, "text": "words"}


class Captioner:
    """`channels` of the first convolution, `width` and `depth` of the decoder, `text`: words or bpe."""

    def __init__(self, config: Mapping[str, Any], tokenizer: Any, seed: int = 0, device: str = "cpu") -> None:
        from seedbed.learn.captioning.network import make_writer

        self.config, self.tokenizer, self.device = dict(config), tokenizer, device
        self.name = "captioner"
        self.module: Any = make_writer(self.config, seed).to(device)

    @property
    def parameters_count(self) -> int:
        """Trainable numbers."""
        return sum(p.numel() for p in self.module.parameters())

    def captions(self, images: np.ndarray, *, temperature: float = 0.0, seed: int = 0) -> list[str]:
        """A caption for each of uint8 (n, h, w, c). temperature 0 takes the likeliest token each time; above 0 tokens
        are sampled, from `seed`.
        """
        import torch

        batch = as_batch(images, self.name)
        if list(batch.shape[1:]) != list(self.config["shape"]):
            raise UsageError(
                f"images of shape {batch.shape[1:]}", where=self.name, hint=f"made for {self.config['shape']}"
            )
        generator = torch.Generator().manual_seed(seed)
        self.module.eval()
        made: list[str] = []
        with torch.inference_mode():
            for start in range(0, len(batch), BATCH):
                ids = self._written(to_tensor(batch[start : start + BATCH], self.device), temperature, generator)
                made += [plain_text(text) for text in self.tokenizer.decode_batch(ids)]
        return made

    def _written(self, images: Any, temperature: float, generator: Any) -> list[list[int]]:
        import torch

        first, last = self.tokenizer.token_to_id(START), self.tokenizer.token_to_id(END)
        cells = self.module.cells(images)
        ids = torch.full((len(images), 1), first, dtype=torch.long, device=cells.device)
        ended = torch.zeros(len(images), dtype=torch.bool, device=cells.device)
        while ids.shape[1] < self.config["length"] and not bool(ended.all()):
            logits = self.module.tell(cells, ids)[:, -1]
            if temperature > 0:
                shares = (logits / temperature).softmax(1).cpu()
                chosen = torch.multinomial(shares, 1, generator=generator)[:, 0].to(cells.device)
            else:
                chosen = logits.argmax(1)
            chosen = torch.where(ended, 0, chosen)
            ids = torch.cat([ids, chosen[:, None]], 1)
            ended |= chosen == last
        return [row[1:] for row in ids.cpu().tolist()]

    def save(self, folder: str | Path) -> Path:
        """Write config.json, tokenizer.json and weights.safetensors; returns the folder."""
        folder = Path(folder)
        write_weights(folder / WEIGHTS, {name: value.cpu().numpy() for name, value in self.module.state_dict().items()})
        (folder / TOKENIZER).write_text(self.tokenizer.to_str(), encoding="utf-8")
        write_json(folder / CONFIG, {"schema_version": 1, "captioner": True, **self.config})
        return folder

    @classmethod
    def load(cls, folder: str | Path, device: str = "cpu") -> Captioner:
        """What `save` wrote; UsageError where files are missing or do not belong together."""
        import torch

        folder = Path(folder)
        config = read_json(folder / CONFIG)
        if not isinstance(config, Mapping) or not config.get("captioner"):
            raise UsageError("does not describe a captioner", where=str(folder / CONFIG))
        kept = {k: v for k, v in config.items() if k not in ("schema_version", "captioner")}
        made = cls(kept, load_tokenizer(folder / TOKENIZER), device=device)
        state = {name: torch.from_numpy(value) for name, value in read_weights(folder / WEIGHTS).items()}
        try:
            made.module.load_state_dict(state)
        except RuntimeError:
            raise UsageError("weights and config.json do not belong together", where=str(folder)) from None
        made.module.eval()
        return made


def plain_text(text: str) -> str:
    """Tokens as people write them: no space before a point or around a hyphen, a capital letter first."""
    text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s*-\s*", "-", text.strip()))
    return re.sub(r"(^|[.!?]\s+)([a-z])", lambda found: found[1] + found[2].upper(), text)


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a Captioner with their defaults."""
    for name in options:
        if name not in DEFAULTS:
            raise UsageError(f"unknown option '{name}'", where="captioner", hint=nearest(name, DEFAULTS))
    return {**DEFAULTS, **options}
