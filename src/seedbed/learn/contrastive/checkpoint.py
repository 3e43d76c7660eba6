"""CLIP and SigLIP checkpoints in Hugging Face's format, from a folder on this machine; nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.dataset.images import decode
from seedbed.errors import UsageError
from seedbed.learn.contrastive.dual import Dual, fitted
from seedbed.learn.needed import transformers

KNOWN = ("clip", "siglip")
BATCH = 64


class Checkpoint(Dual):
    """A folder with config.json, weights, tokenizer and preprocessor_config.json, as `save_pretrained` writes them."""

    def __init__(self, folder: Path, config: Any, device: str = "cpu") -> None:
        kind = config.get("model_type") if isinstance(config, Mapping) else None
        if kind not in KNOWN:
            what = f"a model of type '{kind}'" if kind else "neither a learner's config nor a checkpoint's"
            raise UsageError(f"{what}, not a dual encoder", where=str(folder), hint=f"known: {', '.join(KNOWN)}")
        hf = transformers()
        self.name, self.kind, self.device = f"hf/{folder}", str(kind), device
        model = {"clip": hf.CLIPModel, "siglip": hf.SiglipModel}[self.kind]
        # the Pil classes need no torchvision
        images = {"clip": hf.CLIPImageProcessorPil, "siglip": hf.SiglipImageProcessorPil}[self.kind]
        try:
            self.module = model.from_pretrained(folder, local_files_only=True).eval().to(device)
            self.tokens = hf.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self.pixels = images.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError, ImportError, KeyError, RuntimeError) as error:
            line = str(error).strip().splitlines()[0]
            raise UsageError(f"the checkpoint cannot be loaded ({line})", where=str(folder)) from error
        self.scale = float(self.module.logit_scale.detach().exp())
        self.bias = float(self.module.logit_bias.detach()) if self.kind == "siglip" else 0.0

    def embed_images(self, images: Sequence[bytes] | np.ndarray) -> np.ndarray:
        """Unit vectors; each image goes through the checkpoint's own processor (resize, crop, normalise)."""

        def make(some: Any) -> Any:
            pixels = [fitted(decode(one) if isinstance(one, bytes) else np.asarray(one), *_whole(one)) for one in some]
            given = self.pixels(images=pixels, return_tensors="pt", input_data_format="channels_last")
            return self.module.get_image_features(**given.to(self.device))

        return self._vectors(images, make)

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors; texts are cut at the checkpoint's longest. SigLIP pads every text to it, as it was trained."""
        most = int(self.module.config.text_config.max_position_embeddings)

        def make(some: Any) -> Any:
            padding = "max_length" if self.kind == "siglip" else True
            given = self.tokens(list(some), padding=padding, truncation=True, max_length=most, return_tensors="pt")
            known = {name: given[name].to(self.device) for name in ("input_ids", "attention_mask") if name in given}
            if self.kind == "siglip":
                known.pop("attention_mask", None)
            return self.module.get_text_features(**known)

        return self._vectors(texts, make)

    def _vectors(self, items: Any, make: Any) -> np.ndarray:
        import torch

        parts = []
        with torch.inference_mode():
            for start in range(0, len(items), BATCH):
                found = make(items[start : start + BATCH])
                vectors = getattr(found, "pooler_output", found)  # transformers 5 wraps them
                parts.append(torch.nn.functional.normalize(vectors.float(), dim=1).cpu().numpy())
        size = int(getattr(self.module.config, "projection_dim", 0))
        return np.concatenate(parts) if parts else np.zeros((0, size), np.float32)


def _whole(one: Any) -> tuple[int, int, int]:
    """The image's own height and width, in three channels."""
    height, width = (decode(one) if isinstance(one, bytes) else np.asarray(one)).shape[:2]
    return height, width, 3
