"""What a dual encoder is: images and texts to unit vectors, and how well they fit. Trained here, or loaded by path."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.dataset.files import read_json, write_json
from seedbed.dataset.images import decode
from seedbed.dataset.policy import permit
from seedbed.errors import UsageError, nearest
from seedbed.learn.base import CONFIG, WEIGHTS, as_batch
from seedbed.learn.classifier import BATCH
from seedbed.learn.contrastive.tokens import encode_texts, load_tokenizer
from seedbed.learn.weights import read_weights, write_weights

TOKENIZER = "tokenizer.json"
IMAGES, LOSSES = ("cnn", "vit"), ("clip", "siglip")
DEFAULTS: dict[str, Any] = {
    "image": "cnn", "loss": "clip", "size": 128, "channels": 32, "width": 128, "depth": 4, "text_depth": 2,
    "patch": 8, "text": "words",
}  # fmt: skip


class Dual(ABC):
    """Anything that gives images and texts vectors of one space. `scale`, `bias`: logit = scale * cosine + bias."""

    name = ""
    scale = 1.0
    bias = 0.0

    @abstractmethod
    def embed_images(self, images: Sequence[bytes] | np.ndarray) -> np.ndarray:
        """Unit vectors float32 (n, size) of encoded images, or of uint8 (n, h, w, c)."""

    @abstractmethod
    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors float32 (n, size)."""

    def logits(self, images: Sequence[bytes] | np.ndarray, texts: Sequence[str]) -> np.ndarray:
        """How well each text fits each image: float32 (images, texts)."""
        made: np.ndarray = self.embed_images(images) @ self.embed_texts(texts).T * self.scale + self.bias
        return made


class DualEncoder(Dual):
    """A dual encoder of Seedbed: `image` cnn or vit, `loss` clip or siglip, `size` of the vectors, `channels` of the
    first convolution, `width` and `depth` of the vision transformer, `text_depth` of the text encoder (`width` too),
    `patch` pixels of the vit, `text` words or bpe.
    """

    def __init__(self, config: Mapping[str, Any], tokenizer: Any, seed: int = 0, device: str = "cpu") -> None:
        from seedbed.learn.contrastive.towers import make_towers

        self.config, self.tokenizer, self.device = dict(config), tokenizer, device
        self.name = f"dual encoder ({self.config['image']}, {self.config['loss']})"
        self.module: Any = make_towers(self.config, seed).to(device)

    @property
    def scale(self) -> float:  # type: ignore[override]
        """The factor of the cosines."""
        from seedbed.learn.contrastive.towers import MOST_SCALE

        return min(MOST_SCALE, float(self.module.log_scale.detach().exp()))

    @property
    def bias(self) -> float:  # type: ignore[override]
        """What is added to every logit; 0 with the loss clip."""
        return float(self.module.bias.detach())

    @property
    def parameters_count(self) -> int:
        """Trainable numbers."""
        return sum(p.numel() for p in self.module.parameters() if p.requires_grad)

    def embed_images(self, images: Sequence[bytes] | np.ndarray) -> np.ndarray:
        """Unit vectors float32 (n, size). Images of another size than those of the training are resized."""
        from seedbed.learn.classifier import to_tensor

        batch = images if isinstance(images, np.ndarray) else self._decoded(images)
        batch = as_batch(batch, self.name)
        if list(batch.shape[1:]) != list(self.config["shape"]):
            raise UsageError(
                f"images of shape {batch.shape[1:]}", where=self.name, hint=f"made for {self.config['shape']}"
            )
        return self._vectors(len(batch), lambda a, b: self.module.image_vectors(to_tensor(batch[a:b], self.device)))

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors float32 (n, size). Words that the training did not have are one unknown word."""
        import torch

        ids = torch.from_numpy(encode_texts(self.tokenizer, texts, self.config["length"])).to(self.device)
        return self._vectors(len(ids), lambda a, b: self.module.text_vectors(ids[a:b]))

    def _vectors(self, count: int, make: Any) -> np.ndarray:
        import torch

        self.module.eval()
        with torch.inference_mode():
            parts = [make(start, start + BATCH).float().cpu().numpy() for start in range(0, count, BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self.config["size"]), np.float32)

    def _decoded(self, encoded: Sequence[bytes]) -> np.ndarray:
        height, width, channels = self.config["shape"]
        if not encoded:
            return np.zeros((0, height, width, channels), np.uint8)
        return np.stack([fitted(decode(data), height, width, channels) for data in encoded])

    def save(self, folder: str | Path) -> Path:
        """Write config.json, tokenizer.json and weights.safetensors; returns the folder."""
        folder = Path(folder)
        state = {name: value.cpu().numpy() for name, value in self.module.state_dict().items()}
        write_weights(folder / WEIGHTS, state)
        (folder / TOKENIZER).write_text(self.tokenizer.to_str(), encoding="utf-8")
        write_json(folder / CONFIG, {"schema_version": 1, "dual_encoder": True, **self.config})
        return folder

    @classmethod
    def load(cls, folder: str | Path, device: str = "cpu") -> DualEncoder:
        """What `save` wrote; UsageError where files are missing or do not belong together."""
        import torch

        folder = Path(folder)
        config = {k: v for k, v in read_json(folder / CONFIG).items() if k not in ("schema_version", "dual_encoder")}
        try:
            made = cls(config, load_tokenizer(folder / TOKENIZER), device=device)
        except (KeyError, TypeError, ValueError):
            raise UsageError("does not describe a dual encoder", where=str(folder / CONFIG)) from None
        state = {name: torch.from_numpy(value) for name, value in read_weights(folder / WEIGHTS).items()}
        try:
            made.module.load_state_dict(state)
        except RuntimeError:
            raise UsageError("weights and config.json do not belong together", where=str(folder)) from None
        made.module.eval()
        return made


def fitted(pixels: np.ndarray, height: int, width: int, channels: int) -> np.ndarray:
    """uint8 (h, w, c) with this many channels, resized (bilinear) where the size differs; alpha is dropped."""
    from PIL import Image

    if pixels.shape[2] != channels:
        pixels = pixels[..., :channels] if pixels.shape[2] > channels else np.repeat(pixels[..., :1], channels, axis=2)
    if pixels.shape[:2] == (height, width):
        return pixels
    plain = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
    made = np.asarray(plain.resize((width, height), Image.Resampling.BILINEAR))
    return made[..., None] if channels == 1 else made


def checked_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a DualEncoder with their defaults; UsageError names one that is unknown or impossible."""
    for name in options:
        if name not in DEFAULTS:
            raise UsageError(f"unknown option '{name}'", where="dual encoder", hint=nearest(name, DEFAULTS))
    made = {**DEFAULTS, **options}
    for name, known in (("image", IMAGES), ("loss", LOSSES)):
        if made[name] not in known:
            raise UsageError(f"unknown {name} '{made[name]}'", where="dual encoder", hint=nearest(made[name], known))
    for name in ("size", "channels", "width", "depth", "text_depth", "patch"):
        if not isinstance(made[name], int) or made[name] < 1:
            raise UsageError(f"{name} is {made[name]}", where="dual encoder", hint="a number from 1")
    return made


def load_dual(folder: str | Path, device: str = "cpu") -> Dual:
    """A dual encoder by path: one that Seedbed trained, or a CLIP or SigLIP checkpoint in Hugging Face's format.

    Raises UsageError where the folder holds neither, or its use policy refuses evaluation.
    """
    folder = Path(folder)
    if not (folder / CONFIG).is_file():
        raise UsageError("no model folder", where=str(folder), hint="give a folder with config.json and weights")
    permit([folder], ["evaluation"], action="load the model")
    config = read_json(folder / CONFIG)
    if isinstance(config, Mapping) and config.get("dual_encoder"):
        return DualEncoder.load(folder, device)
    from seedbed.learn.contrastive.checkpoint import Checkpoint

    return Checkpoint(folder, config, device)
