"""LLaMA of any size, by transformers' class: RMSNorm, rotary positions, SwiGLU, grouped-query attention.

Touvron et al. 2023; grouped-query attention: Ainslie et al. 2023; rotary positions: Su et al. 2021.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from seedbed.errors import UsageError
from seedbed.learn.models.causal import needs


@dataclass(frozen=True)
class LlamaSize:
    """width: of the residual stream. kv_heads: heads of keys and values, each shared by heads / kv_heads queries.
    context: tokens read at once. feed_forward: width of the SwiGLU layer, by default 8/3 of width in whole 32s. tied:
    the output layer is the token embedding.
    """

    width: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    context: int = 128
    feed_forward: int | None = None
    rope_theta: float = 10_000.0
    tied: bool = True

    def __post_init__(self) -> None:
        counts = (self.width, self.layers, self.heads, self.kv_heads, self.context)
        if min(counts) < 1 or self.context < 2:
            raise UsageError("sizes must be 1 or more", where="llama", hint="context at least 2")
        if self.width % self.heads or (self.width // self.heads) % 2:
            hint = "width / heads must be whole and even: rotary positions turn pairs"
            raise UsageError(f"width {self.width} with {self.heads} heads", where="llama", hint=hint)
        if self.heads % self.kv_heads:
            hint = "kv_heads must divide heads"
            raise UsageError(f"{self.heads} heads with {self.kv_heads} kv_heads", where="llama", hint=hint)
        if not self.rope_theta > 0 or (self.feed_forward is not None and self.feed_forward < 1):
            raise UsageError("rope_theta and feed_forward must be above 0", where="llama")

    @property
    def inner(self) -> int:
        """Width of the feed-forward layer."""
        return self.feed_forward or -(-8 * self.width // 3 // 32) * 32

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def build_llama(size: LlamaSize, tokens: Any, seed: int) -> Any:
    """A LlamaForCausalLM for the tokenizer's vocabulary, float32, with weights from `seed` alone (normal, 0.02)."""
    needs("llama", "torch", "transformers")
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=len(tokens), hidden_size=size.width, intermediate_size=size.inner, num_hidden_layers=size.layers,
        num_attention_heads=size.heads, num_key_value_heads=size.kv_heads, max_position_embeddings=size.context,
        rope_parameters={"rope_type": "default", "rope_theta": size.rope_theta}, tie_word_embeddings=size.tied,
        bos_token_id=tokens.bos_token_id, eos_token_id=tokens.eos_token_id, pad_token_id=tokens.pad_token_id,
        attention_bias=False, use_cache=True,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(config).float()


def parameters_of(module: Any) -> dict[str, int]:
    """`all`: trainable numbers, shared ones once. `multiplied`: those that every token is multiplied with (all but a
    table that is only looked up): the N of 6 N D.
    """
    count = sum(p.numel() for p in module.parameters())
    table = module.get_input_embeddings().weight
    looked_up = 0 if module.get_output_embeddings().weight is table else table.numel()
    return {"all": count, "multiplied": count - looked_up}
