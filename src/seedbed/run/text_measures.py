"""What a language model is worth: perplexity beside n-gram models, with intervals over documents; what samples hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seedbed.audit.intervals import ratio_over_seeds, wilson
from seedbed.language.read_dense import DenseReader
from seedbed.learn.text.language_model import LanguageModelLearner
from seedbed.learn.text.ngrams import NGram
from seedbed.learn.text.perplexity import DocumentLosses

ORDERS = {"unigram": 1, "bigram": 2, "5-gram": 5}


def baselines(tokens: Any, training: Sequence[str]) -> dict[str, NGram]:
    """n-gram models of the training texts, on the model's own tokens."""
    documents = tokens(list(training), add_special_tokens=False).input_ids
    made = {}
    for name, order in ORDERS.items():
        made[name] = NGram(order, len(tokens), bos=tokens.bos_token_id, eos=tokens.eos_token_id).fit(documents)
    return made


def ngram_losses(model: NGram, tokens: Any, like: DocumentLosses, texts: Sequence[str]) -> DocumentLosses:
    """Losses of the same documents under an n-gram model."""
    documents = tokens(list(texts), add_special_tokens=False).input_ids
    return DocumentLosses(np.array([model.loss(d) for d in documents]), like.tokens, like.bytes)


def figures_of(losses: DocumentLosses) -> dict[str, Any]:
    """Perplexity a token and bits a byte: value, low, high (Fieller's interval of a ratio, over documents), n."""
    told = ratio_over_seeds(losses.nats, losses.tokens)
    bits = ratio_over_seeds(losses.nats / math.log(2), losses.bytes)
    return {
        "perplexity": _row(told, math.exp), "bits_per_byte": _row(bits, float),
        "tokens": int(losses.tokens.sum()), "bytes": int(losses.bytes.sum()),
    }  # fmt: skip


def gain_of(losses: DocumentLosses, other: DocumentLosses) -> dict[str, Any]:
    """Bits a byte that the model saves against another on the same documents, and `better`: its interval is above 0."""
    found = ratio_over_seeds((other.nats - losses.nats) / math.log(2), losses.bytes)
    return {**_row(found, float), "better": found.low is not None and found.low > 0}


def measured(learner: LanguageModelLearner, training: Sequence[str], held_out: Sequence[str]) -> dict[str, Any]:
    """The model and its baselines on `held_out`. Held-out texts that stand in the training texts are left out."""
    known = set(training)
    fresh = [text for text in held_out if text not in known]
    tokens, losses = learner.tokenizer, learner.losses(fresh)
    rows, gains = {"model": figures_of(losses)}, {}
    for name, model in baselines(tokens, training).items():
        told = ngram_losses(model, tokens, losses, fresh)
        rows[name], gains[name] = figures_of(told), gain_of(losses, told)
    return {"documents": len(fresh), "also_in_training": len(held_out) - len(fresh), "rows": rows, "gains": gains}


def scores_of(told: Mapping[str, Any]) -> dict[str, float]:
    """What `measured` found, one figure each: perplexity, bits a byte, and what the n-gram models have."""
    rows = told["rows"]
    names = {"perplexity": ("model", "perplexity"), "bits_per_byte": ("model", "bits_per_byte")}
    names |= {f"bits_per_byte_{name}": (name, "bits_per_byte") for name in ORDERS}
    found = {name: rows[who][what]["value"] for name, (who, what) in names.items()}
    return {name: value for name, value in found.items() if value is not None}


def checked_samples(samples: Sequence[str], training: Sequence[str], reader: DenseReader | None) -> dict[str, Any]:
    """Shares of the samples (value, low, high, n): different from each other, copied from the training texts, and for
    captions in the grammar, with the count that they say, with references that were named, and all of these.
    """
    known = set(training)
    found: dict[str, list[bool]] = {"copied": [text.strip() in known for text in samples]}
    if reader is not None:
        read = [reader.read(text) for text in samples]
        found["in_grammar"] = [r.well_formed for r in read]
        formed = [r for r in read if r.well_formed]
        found["count_agrees"] = [r.said == r.named for r in formed]
        found["references_resolved"] = [r.resolved == r.references for r in formed if r.references]
        found["consistent"] = [r.consistent for r in read]
    shares = {name: share(values) for name, values in found.items()}
    return {"samples": len(samples), "different": len(set(samples)), **shares}


def share(values: Sequence[bool]) -> dict[str, Any]:
    """A share with Wilson's interval; None without values."""
    n, k = len(values), sum(values)
    low, high = (float(end) for end in wilson(k, n))
    if not n:
        return {"value": None, "low": None, "high": None, "n": 0}
    return {"value": k / n, "low": low, "high": high, "n": n}


def _row(found: Any, scale: Any) -> dict[str, Any]:
    told = (("value", found.mean), ("low", found.low), ("high", found.high))
    ends = {key: None if end is None else scale(end) for key, end in told}
    return {**ends, "n": found.n}


def plain(row: Mapping[str, Any], digits: int = 3) -> str:
    """`1.23 [1.20, 1.26]`."""
    if row["value"] is None:
        return "undefined"
    ends = "" if row["low"] is None else f" [{row['low']:.{digits}f}, {row['high']:.{digits}f}]"
    return f"{row['value']:.{digits}f}{ends}"
