"""A tiny LLaMA trained on sentences: tokenizer, loss, checkpoints, cache, sampling, perplexity, folders."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedbed.errors import UsageError
from seedbed.learn.models.causal import Causal
from seedbed.learn.models.language import load_language_model
from seedbed.learn.models.raters import load_rater

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from seedbed.learn.text import (  # noqa: E402
    LanguageModelLearner,
    LlamaSize,
    NGram,
    document_losses,
    fit_language_model,
    pack,
    sample,
    train_tokenizer,
)
from seedbed.learn.text.llama import build_llama, parameters_of  # noqa: E402
from seedbed.learn.text.objective import CausalObjective  # noqa: E402

SIZE = LlamaSize(width=32, layers=2, heads=4, kv_heads=2, context=96)
GIVEN = {"steps": 60, "vocabulary": 300, "block": 32, "batch_size": 16, "learning_rate": 1e-2, "threads": 1}


def sentences(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    colors, things, places = ("red", "blue", "green"), ("mug", "hat", "lamp", "vase"), ("left", "right")
    return [
        f"A {rng.choice(colors)} {rng.choice(things)} is to the {rng.choice(places)} of the {rng.choice(colors)} {rng.choice(things)}."
        for _ in range(count)
    ]


@pytest.fixture(scope="module")
def learner() -> LanguageModelLearner:
    return fit_language_model(
        sentences(300, 0), seed=3, size=SIZE, held_out=sentences(40, 1), evaluate_every=30, **GIVEN
    )


@pytest.fixture(scope="module")
def folder(learner: LanguageModelLearner, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return learner.save(tmp_path_factory.mktemp("lm") / "model")


def test_the_tokenizer_gives_any_text_back_and_is_read_again(tmp_path: Path) -> None:
    tokens = train_tokenizer(sentences(100, 0), 300, context=64)
    tokens.save_pretrained(tmp_path)
    again = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert len(tokens) == len(again) == 300
    assert (again.bos_token_id, again.eos_token_id, again.pad_token_id) == (0, 1, 2)
    assert again.model_max_length == 64
    assert train_tokenizer(sentences(100, 0), 300).get_vocab() == tokens.get_vocab()

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
    @settings(max_examples=50, deadline=None)
    def back(text: str) -> None:
        ids = tokens(text).input_ids
        assert ids[0] == 0 and again(text).input_ids == ids
        assert tokens.decode(ids, skip_special_tokens=True) == text

    back()


@pytest.mark.parametrize(
    ("call", "said"),
    [(lambda: train_tokenizer(["a"], 258), "at least 259"), (lambda: train_tokenizer([], 300), "no text"),
     (lambda: LlamaSize(width=30, heads=4), "whole and even"), (lambda: LlamaSize(heads=4, kv_heads=3), "must divide"),
     (lambda: LlamaSize(layers=0), "1 or more"), (lambda: LlamaSize(rope_theta=0.0), "above 0"),
     (lambda: fit_language_model(["a b"], seed=0, steps=1, block=128, size=SIZE), "block at most 96"),
     (lambda: fit_language_model(["a b"], seed=0, block=8, size=SIZE), "epochs or steps"),
     (lambda: fit_language_model(["a b"], seed=0, steps=1, block=8, size=SIZE, schedule="cosin"), "cosine")],
)  # fmt: skip
def test_what_cannot_work_is_said(call, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call()


@pytest.mark.parametrize("tied", [True, False])
def test_the_architecture_is_what_was_asked_for(tied: bool) -> None:
    tokens = train_tokenizer(sentences(50, 0), 280)
    size = LlamaSize(width=48, layers=3, heads=6, kv_heads=2, context=64, rope_theta=5e5, tied=tied)
    module = build_llama(size, tokens, seed=5)
    vocabulary, d, f, head = len(tokens), 48, size.inner, 8
    layer = 2 * d * d + 2 * d * 2 * head + 3 * d * f + 2 * d
    wanted = vocabulary * d * (1 if tied else 2) + 3 * layer + d
    assert parameters_of(module) == {"all": wanted, "multiplied": wanted - (0 if tied else vocabulary * d)}
    assert module.model.layers[0].self_attn.k_proj.weight.shape == (16, 48)
    assert module.config.rope_parameters["rope_theta"] == 5e5
    state = torch.get_rng_state()
    again, other = build_llama(size, tokens, seed=5), build_llama(size, tokens, seed=6)
    assert torch.equal(torch.get_rng_state(), state)
    same = [torch.equal(a, b) for a, b in zip(module.parameters(), again.parameters())]
    assert all(same) and not torch.equal(module.lm_head.weight, other.lm_head.weight)


def test_the_loss_is_that_of_transformers(learner: LanguageModelLearner) -> None:
    texts = learner.tokenizer(sentences(9, 7), add_special_tokens=False).input_ids
    packed = pack(texts, 32, bos=0, eos=1, pad=2)
    assert packed.padding > 0
    objective = CausalObjective(learner.module, packed, packed)
    rows = np.arange(len(packed.blocks))
    with torch.no_grad():
        ours = float(objective.loss(objective.batch(rows), 0.0)[0])
        ids = torch.from_numpy(packed.blocks).long()
        theirs = float(learner.module(input_ids=ids, labels=ids.masked_fill(ids == 2, -100)).loss)
        told = objective.evaluate()
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert told == {"loss": pytest.approx(ours, abs=1e-5), "perplexity": pytest.approx(np.exp(ours), rel=1e-5)}


def test_training_learns_and_beats_a_bigram_model(learner: LanguageModelLearner) -> None:
    history, told = learner.record["history"], learner.record["evaluations"]
    assert history[-1]["loss"] < 0.35 * history[0]["loss"]
    assert [e["step"] for e in told] == [30, 60] and told[1]["loss"] < told[0]["loss"]
    held = sentences(40, 1)
    losses = learner.losses(held)
    documents = learner.tokenizer(sentences(300, 0), add_special_tokens=False).input_ids
    unigram, bigram = (NGram(order, 300, bos=0, eos=1).fit(documents) for order in (1, 2))
    mine = learner.tokenizer(held, add_special_tokens=False).input_ids
    assert losses.nats.sum() < sum(map(bigram.loss, mine)) < sum(map(unigram.loss, mine))
    assert learner.record["packing"]["documents"] == 300
    assert learner.record["tokens_trained"] == 60 * 16 * 32
    # torch counts matrix products: 6 N D but for the scales of the norms, and without attention's own products
    rate = learner.record["flop"] / (6 * learner.record["parameters"]["multiplied"] * learner.record["tokens_trained"])
    assert 0.95 < rate < 1.5


def test_training_goes_on_from_a_checkpoint_to_the_same_weights(tmp_path: Path) -> None:
    given_ = {**GIVEN, "steps": 8, "checkpoint_every": 4}

    def stop(step: int, seen: list[int] = []) -> None:  # noqa: B006
        seen.append(step)
        if len(seen) == 6:
            raise KeyboardInterrupt

    whole = fit_language_model(sentences(60, 0), seed=3, size=SIZE, **given_)
    with pytest.raises(KeyboardInterrupt):
        fit_language_model(sentences(60, 0), seed=3, size=SIZE, checkpoints=tmp_path, progress=stop, **given_)
    again = fit_language_model(sentences(60, 0), seed=3, size=SIZE, checkpoints=tmp_path, resume=True, **given_)
    for a, b in zip(whole.module.parameters(), again.module.parameters()):
        assert torch.equal(a, b)


def test_logits_with_and_without_the_cache_agree(learner: LanguageModelLearner) -> None:
    ids = torch.tensor([learner.tokenizer(sentences(1, 9)[0]).input_ids] * 2)
    with torch.inference_mode():
        whole = learner.module(ids, use_cache=False).logits
        kept, parts = None, []
        for cut in (ids[:, :5], *ids[:, 5:].split(1, dim=1)):
            told = learner.module(cut, past_key_values=kept, use_cache=True)
            kept = told.past_key_values
            parts.append(told.logits)
    assert torch.cat(parts, 1).shape == whole.shape
    assert (torch.cat(parts, 1) - whole).abs().max() < 1e-4


def test_greedy_texts_are_the_same_with_and_without_cache_and_by_transformers(learner: LanguageModelLearner) -> None:
    for prompt in ("", "A red", "A blue lamp is to"):
        cached = learner.sample(prompt, seed=0, most=20, temperature=0)
        assert cached == learner.sample(prompt, seed=5, most=20, temperature=0, cache=False)
        ids = learner.tokenizer(prompt, return_tensors="pt")
        told = learner.module.generate(**ids, max_new_tokens=20, do_sample=False)[0, ids.input_ids.shape[1] :]
        assert cached == [learner.tokenizer.decode(told, skip_special_tokens=True)]


def test_samples_depend_on_seed_and_number_only(learner: LanguageModelLearner) -> None:
    state = torch.get_rng_state()
    many = learner.sample("A", seed=1, count=5, most=24, top_p=0.95)
    assert many[:2] == learner.sample("A", seed=1, count=2, most=24, top_p=0.95, cache=False)
    assert many != learner.sample("A", seed=2, count=5, most=24, top_p=0.95)
    assert len(set(many)) > 1
    assert torch.equal(torch.get_rng_state(), state)
    assert learner.sample("A", seed=1, most=20, top_k=1) == learner.sample("A", seed=1, most=20, temperature=0)
    for wrong in ({"count": 0}, {"temperature": -1.0}, {"top_k": 0}, {"top_p": 0.0}):
        with pytest.raises(UsageError, match="sample"):
            learner.sample(seed=0, **wrong)
    with pytest.raises(UsageError, match="the model reads 96"):
        learner.sample("A red hat. " * 40, seed=0)


def test_losses_are_those_of_a_plain_computation(learner: LanguageModelLearner) -> None:
    texts = ["A red hat.", "", "é 東", " ".join(sentences(12, 4))]
    told = document_losses(learner.causal, texts)
    assert told.bytes.tolist() == [len(text.encode()) for text in texts]
    for text, nats, count in zip(texts[:3], told.nats, told.tokens):
        ids = torch.tensor([learner.tokenizer(text).input_ids])
        with torch.no_grad():
            logs = learner.module(ids).logits[0].double().log_softmax(-1)
        assert count == ids.shape[1] - 1
        assert nats == pytest.approx(-sum(float(logs[k, ids[0, k + 1]]) for k in range(count)), abs=1e-4)
    assert told.tokens[3] > 96  # longer than the model reads: in windows
    assert told.perplexity == pytest.approx(np.exp(told.nats.sum() / told.tokens.sum()))
    assert told.bits_per_byte == pytest.approx(told.nats.sum() / np.log(2) / told.bytes.sum())
    short = document_losses(learner.causal, texts[3:], window=16)
    assert short.tokens.tolist() == told.tokens[3:].tolist() and short.nats[0] != told.nats[3]


def test_transformers_and_our_loaders_read_the_folder(learner: LanguageModelLearner, folder: Path) -> None:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
    tokens = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    ids = tokens("A red hat", return_tensors="pt").input_ids
    with torch.no_grad():
        assert torch.equal(model(ids).logits, learner.module(ids).logits)
    assert {"config.json", "model.safetensors", "tokenizer.json", "language_model.json"} <= {
        p.name for p in folder.iterdir()
    }
    by_path, by_name = load_language_model(str(folder)), load_language_model(f"hf/{folder}")
    pairs = (["A red", "A red"], [" hat", " lamp is to the left"])
    assert by_path.loglikelihood(*pairs)[0] == pytest.approx(learner.loglikelihood(*pairs)[0], abs=1e-5)
    assert by_name.complete(["A red"]) == learner.complete(["A red"])
    again = LanguageModelLearner.load(folder)
    assert again.block == 32 and again.record["history"] == learner.record["history"]
    assert sample(again.causal, "A", seed=1) == learner.sample("A", seed=1)


def test_a_checkpoint_rates_texts_with_a_rubric_of_its_own(folder: Path) -> None:
    rater = load_rater(str(folder))
    rubric = "answers: red, hat\n{text} A"
    given_ = rater.rate(["A hat.", "A lamp."], rubric)
    assert all(0.5 < value <= 1 for value in given_)  # after "A" comes a colour, not a thing
    with pytest.raises(UsageError, match="give a shorter rubric"):
        rater.rate(["A hat."])


def test_a_use_policy_is_asked_before_a_checkpoint_is_loaded(folder: Path, tmp_path: Path) -> None:
    import shutil

    from seedbed.dataset.policy import parse_policy, set_policy

    copy = shutil.copytree(folder, tmp_path / "copy")
    set_policy(copy, parse_policy({"uses": ["research"], "contact": "a@example.org", "licence": "CC0-1.0"}))
    with pytest.raises(UsageError, match="evaluation"):
        load_language_model(str(copy))
    assert load_language_model(str(copy), use="research").likelihood


def test_a_model_in_memory_needs_a_tokenizer_with_padding(learner: LanguageModelLearner) -> None:
    from seedbed.learn.text.language_model import pack_texts

    broken = train_tokenizer(["a b"], 260)
    broken.pad_token = broken.eos_token
    with pytest.raises(UsageError, match="cannot pack"):
        pack_texts(broken, ["a"], 8)
    assert Causal.of(learner.tokenizer, learner.module).start() == (0,)
    assert json.loads(json.dumps(learner.record))["seed"] == 3
