"""Texts drawn from a causal model: temperature, top-k, top-p, one stream of random numbers for each sample.

The keys and values of what was read are kept (KV cache), so that a step reads one token; without the cache each step
reads everything again and gives the same text.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.models.causal import Causal


def sample(
    causal: Causal, prompt: str = "", *, seed: int, count: int = 1, most: int = 64, temperature: float = 1.0,
    top_k: int | None = None, top_p: float | None = None, cache: bool = True,
) -> list[str]:  # fmt: skip
    """`count` continuations of `prompt` (without it), each at most `most` tokens, up to the end of the text.

    temperature 0 takes the likeliest token (greedy). top_k: only the k likeliest tokens (Fan et al. 2018). top_p: only
    the fewest tokens that hold this probability (Holtzman et al. 2020). Sample i depends on (seed, i) only.
    """
    _check(count, most, temperature, top_k, top_p)
    tokens, _ = causal.loaded()
    head = [*causal.start(), *tokens(prompt, add_special_tokens=False).input_ids]
    made = sample_tokens(
        causal, head, seed=seed, count=count, most=most, temperature=temperature, top_k=top_k, top_p=top_p, cache=cache
    )
    return [tokens.decode(row, skip_special_tokens=True) for row in made]


def sample_tokens(
    causal: Causal, head: list[int], *, seed: int, count: int, most: int, temperature: float = 1.0,
    top_k: int | None = None, top_p: float | None = None, cache: bool = True,
) -> list[list[int]]:  # fmt: skip
    """As `sample`, on tokens; the end of the text is left out."""
    import torch

    tokens, model = causal.loaded()
    room = getattr(model.config, "max_position_embeddings", None)
    if room is not None and len(head) + most > room:
        most = room - len(head)
        if most < 1:
            raise UsageError(f"a prompt of {len(head)} tokens", where=causal.name, hint=f"the model reads {room}")
    drawn = np.stack([np.random.default_rng([seed, k]).random(most) for k in range(count)])
    device = next(model.parameters()).device
    made = torch.tensor([head] * count, device=device)
    open_ = np.ones(count, bool)
    ends: list[list[int]] = [[] for _ in range(count)]
    kept: Any = None
    with torch.inference_mode():
        for step in range(most):
            read = made if kept is None else made[:, -1:]
            told = model(input_ids=read, past_key_values=kept, use_cache=cache, logits_to_keep=1)
            kept = told.past_key_values if cache else None
            chosen = _choose(told.logits[:, -1].float().cpu().numpy(), drawn[:, step], temperature, top_k, top_p)
            for k in np.flatnonzero(open_):
                if chosen[k] == tokens.eos_token_id:
                    open_[k] = False
                else:
                    ends[k].append(int(chosen[k]))
            if not open_.any():
                break
            made = torch.cat([made, torch.from_numpy(chosen[:, None]).to(device)], 1)
    return ends


def _choose(
    logits: np.ndarray, u: np.ndarray, temperature: float, top_k: int | None, top_p: float | None
) -> np.ndarray:
    """One token a row of logits (n, vocabulary) by the inverse distribution function at u (n,), int64 (n,)."""
    if temperature == 0:
        return logits.argmax(1).astype(np.int64)
    scaled = logits.astype(np.float64) / temperature
    order = np.argsort(-scaled, axis=1, kind="stable")
    p = np.exp(np.take_along_axis(scaled, order, 1) - scaled.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    if top_k is not None:
        p[:, top_k:] = 0
        p /= p.sum(1, keepdims=True)
    if top_p is not None:
        before = np.cumsum(p, 1) - p
        p[before >= top_p] = 0
    sums = np.cumsum(p, 1)
    place = (sums <= u[:, None] * sums[:, -1:]).sum(1)
    last = (p > 0).sum(1) - 1  # rounding must not reach a token that was left out
    found: np.ndarray = np.take_along_axis(order, np.minimum(place, last)[:, None], 1)[:, 0].astype(np.int64)
    return found


def _check(count: int, most: int, temperature: float, top_k: int | None, top_p: float | None) -> None:
    if count < 1 or most < 1 or not temperature >= 0:
        raise UsageError("count and most from 1, temperature from 0", where="sample")
    if top_k is not None and top_k < 1:
        raise UsageError(f"top_k is {top_k}", where="sample", hint="1 or more tokens")
    if top_p is not None and not 0 < top_p <= 1:
        raise UsageError(f"top_p is {top_p}", where="sample", hint="a probability above 0, at most 1")
