"""CLIP and SigLIP checkpoints in Hugging Face's format, made here and loaded by path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from seedbed.dataset.images import encode
from seedbed.errors import UsageError
from seedbed.learn.contrastive import load_dual
from seedbed.learn.models import load_model

WORDS = ["[PAD]", "[UNK]", "[EOS]", "a", "red", "blue", "mug", "cube"]
TEXTS = ["a red mug", "a blue cube", "a mug"]
IMAGES = [np.random.default_rng(k).integers(0, 255, (40, 30, 3), dtype=np.uint8) for k in range(3)]


def tokenizer() -> Any:
    made = Tokenizer(models.WordLevel({w: k for k, w in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="$A [EOS]", special_tokens=[("[EOS]", 2)])
    return hf.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", eos_token="[EOS]")


def checkpoint(kind: str, folder: Path) -> Any:
    text = {
        "vocab_size": len(WORDS), "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
        "num_attention_heads": 2, "max_position_embeddings": 8, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0,
    }  # fmt: skip
    vision = {
        "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 16,
        "patch_size": 8,
    }  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        if kind == "clip":
            model = hf.CLIPModel(hf.CLIPConfig(text_config=text, vision_config=vision, projection_dim=12))
            pixels = hf.CLIPImageProcessorPil(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16})
        else:
            model = hf.SiglipModel(hf.SiglipConfig(text_config={**text, "projection_size": 16}, vision_config=vision))
            pixels = hf.SiglipImageProcessorPil(size={"height": 16, "width": 16})
            torch.nn.init.constant_(model.logit_bias, -3.0)
            torch.nn.init.constant_(model.logit_scale, 1.0)
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    pixels.save_pretrained(folder)
    return model.eval(), pixels


@pytest.mark.parametrize("kind", ["clip", "siglip"])
def test_logits_are_the_models_own(kind: str, tmp_path: Path) -> None:
    model, pixels = checkpoint(kind, tmp_path)
    length = {"padding": "max_length", "max_length": 8} if kind == "siglip" else {"padding": True}
    given = tokenizer()(TEXTS, return_tensors="pt", **length)
    asked = {
        "input_ids": given["input_ids"],
        "pixel_values": pixels(images=IMAGES, return_tensors="pt")["pixel_values"],
    }
    if kind == "clip":
        asked["attention_mask"] = given["attention_mask"]
    with torch.inference_mode():
        wanted = model(**asked).logits_per_image.numpy()
    found = load_dual(tmp_path)
    assert found.logits([encode(image) for image in IMAGES], TEXTS) == pytest.approx(wanted, abs=1e-4)
    scored = load_model(f"hf/{tmp_path}").score([encode(image) for image in IMAGES], TEXTS)
    assert scored == pytest.approx(np.diag(wanted).tolist(), abs=1e-4)
    assert np.linalg.norm(found.embed_texts(["a mug"]), axis=1) == pytest.approx([1.0], abs=1e-5)
    assert load_model(str(tmp_path)).score([encode(IMAGES[0])], ["a red mug"]) == pytest.approx(scored[:1], abs=1e-4)


def test_other_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))
    with pytest.raises(UsageError, match="'llama', not a dual encoder"):
        load_dual(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}))
    with pytest.raises(UsageError, match="cannot be loaded"):
        load_dual(tmp_path)
    with pytest.raises(UsageError, match="no model folder"):
        load_model("hf/nowhere")
