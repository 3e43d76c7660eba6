"""Transformers at the size of their papers: LLaMA 3, GPT-2, SmolLM2, CLIP and ViT, from transformers' classes."""

from __future__ import annotations

from typing import Any

from seedbed.learn.describe import Architecture
from seedbed.learn.needed import transformers
from seedbed.registry import register


def _llama(width: int, inner: int, layers: int, heads: int, kv: int, vocabulary: int, tied: bool = False) -> Any:
    hf = transformers()
    config = hf.LlamaConfig(
        hidden_size=width, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=heads,
        num_key_value_heads=kv, vocab_size=vocabulary, tie_word_embeddings=tied, max_position_embeddings=8192,
        rope_parameters={"rope_type": "default", "rope_theta": 500_000.0},
    )  # fmt: skip
    return hf.LlamaForCausalLM(config)


def _gpt2(width: int, layers: int, heads: int) -> Any:
    hf = transformers()
    return hf.GPT2LMHeadModel(hf.GPT2Config(n_embd=width, n_layer=layers, n_head=heads))


def _clip_l14() -> dict[str, Any]:
    return {
        "text_config": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12},
        "vision_config": {
            "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "num_attention_heads": 16,
            "patch_size": 14,
        },
        "projection_dim": 768,
    }  # fmt: skip


def _clip(**config: Any) -> Any:
    hf = transformers()
    return hf.CLIPModel(hf.CLIPConfig(**config))


def _vit() -> Any:
    hf = transformers()
    return hf.ViTForImageClassification(hf.ViTConfig(num_labels=1000))


GRATTAFIORI = "Grattafiori et al. 2024, The Llama 3 herd of models, table 3"
CONFIGURATIONS = {
    "llama3-8b": Architecture(lambda: _llama(4096, 14336, 32, 32, 8, 128256), 8_030_261_248, GRATTAFIORI),
    "llama3-70b": Architecture(lambda: _llama(8192, 28672, 80, 64, 8, 128256), 70_553_706_496, GRATTAFIORI),
    "llama3-405b": Architecture(lambda: _llama(16384, 53248, 126, 128, 8, 128256), 405_853_388_800, GRATTAFIORI),
    "smollm2-135m": Architecture(
        lambda: _llama(576, 1536, 30, 9, 3, 49152, tied=True), 134_515_008, "SmolLM2-135M: its published weights"
    ),
    "gpt2": Architecture(lambda: _gpt2(768, 12, 12), 124_439_808, "Radford et al. 2019: its published weights"),
    "gpt2-xl": Architecture(lambda: _gpt2(1600, 48, 25), 1_557_611_200, "Radford et al. 2019: its published weights"),
    "clip-vit-b32": Architecture(_clip, 151_277_313, "Radford et al. 2021: its published weights"),
    "clip-vit-l14": Architecture(
        lambda: _clip(**_clip_l14()), 427_616_513, "Radford et al. 2021: its published weights"
    ),
    "vit-b16": Architecture(_vit, 86_567_656, "Dosovitskiy et al. 2021: its published weights"),
}

for _name, _found in CONFIGURATIONS.items():
    register("architecture", _name)(_found)
