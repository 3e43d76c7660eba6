"""Language models trained from texts: tokenizer, packing, LLaMA, perplexity, sampling. PyTorch is imported when used.

learner = fit_language_model(texts, seed=0, steps=300, vocabulary=512, size=LlamaSize(width=128, layers=4))
learner.save("models/mine")                          # a folder that transformers loads by path, and we do
document_losses(learner.causal, held_out).bits_per_byte
sample(learner.causal, "There is a", seed=0, count=4, top_p=0.9)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seedbed.learn.text.language_model import LanguageModelLearner, fit_language_model
    from seedbed.learn.text.llama import LlamaSize
    from seedbed.learn.text.ngrams import NGram
    from seedbed.learn.text.packing import Packed, pack
    from seedbed.learn.text.perplexity import DocumentLosses, document_losses
    from seedbed.learn.text.sampling import sample
    from seedbed.learn.text.tokenizer import train_tokenizer

_PLACES = {
    "DocumentLosses": "perplexity",
    "LanguageModelLearner": "language_model",
    "LlamaSize": "llama",
    "NGram": "ngrams",
    "Packed": "packing",
    "document_losses": "perplexity",
    "fit_language_model": "language_model",
    "pack": "packing",
    "sample": "sampling",
    "train_tokenizer": "tokenizer",
}
__all__ = [
    "DocumentLosses", "LanguageModelLearner", "LlamaSize", "NGram", "Packed", "document_losses", "fit_language_model",
    "pack", "sample", "train_tokenizer",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'seedbed.learn.text' has no attribute '{name}'")
    return getattr(import_module(f"seedbed.learn.text.{_PLACES[name]}"), name)
