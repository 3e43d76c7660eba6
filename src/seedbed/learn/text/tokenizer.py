"""Byte-level BPE trained on your texts: any text can be written with it, and comes back as it was.

The tokenizer is one of transformers': `save_pretrained` writes it, `AutoTokenizer.from_pretrained(FOLDER)` reads it.
Every encoded text starts with <s>; </s> ends a document, <pad> fills a block.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from seedbed.errors import UsageError
from seedbed.learn.models.causal import needs

BOS, EOS, PAD = "<s>", "</s>", "<pad>"
SPECIAL = (BOS, EOS, PAD)
LEAST = 256 + len(SPECIAL)  # the 256 bytes must be in it


def train_tokenizer(texts: Iterable[str], vocabulary: int = 512, *, context: int = 2048) -> Any:
    """A PreTrainedTokenizerFast with at most `vocabulary` tokens: byte pairs merged by count (Sennrich et al. 2016), on
    bytes (Radford et al. 2019). Few texts give fewer tokens. `context`: tokens that the model reads at once.

    The same texts in the same order give the same tokenizer. UsageError under 259 tokens, or without texts.
    """
    needs("tokenizer", "tokenizers", "transformers")
    if vocabulary < LEAST:
        raise UsageError(f"a vocabulary of {vocabulary}", where="tokenizer", hint=f"at least {LEAST}: bytes are in it")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bytes_ = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=list(SPECIAL), initial_alphabet=bytes_, show_progress=False
    )
    seen = _Counted(texts)
    bpe.train_from_iterator(seen, trainer)
    if not seen.characters:
        raise UsageError("there is no text to train on", where="tokenizer")
    bpe.post_processor = processors.TemplateProcessing(
        single=f"{BOS} $A", pair=f"{BOS} $A {BOS} $B", special_tokens=[(BOS, bpe.token_to_id(BOS))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token=BOS, eos_token=EOS, pad_token=PAD, model_max_length=context,
        clean_up_tokenization_spaces=False,
    )  # fmt: skip


class _Counted:
    """The texts, and how many characters went by."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts, self.characters = texts, 0

    def __iter__(self) -> Any:
        for text in self.texts:
            self.characters += len(text)
            yield text
