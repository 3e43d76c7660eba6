"""Tokenizers of captions, trained with the package tokenizers: whole words, or byte pairs (Sennrich et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.learn.needed import needed

PAD, UNKNOWN, START, END = "[PAD]", "[UNK]", "[START]", "[END]"
SPECIAL = (PAD, UNKNOWN, START, END)
KINDS = ("words", "bpe")


def train_tokenizer(texts: Sequence[str], kind: str = "words", most: int = 4096) -> Any:
    """A tokenizer of `kind` with at most `most` tokens from these texts; lower case, START and END around a text."""
    needed("tokenizers", "models")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    if kind not in KINDS:
        raise UsageError(f"no tokenizer '{kind}'", where="text", hint=f"known: {', '.join(KINDS)}")
    if not any(text.strip() for text in texts):
        raise UsageError("the captions are empty", where="text", hint="give a column with words")
    if kind == "words":
        made = Tokenizer(models.WordLevel(unk_token=UNKNOWN))
        made.pre_tokenizer = pre_tokenizers.Whitespace()
        trainer: Any = trainers.WordLevelTrainer(vocab_size=most, special_tokens=list(SPECIAL), show_progress=False)
    else:
        made = Tokenizer(models.BPE(unk_token=UNKNOWN))
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        made.decoder = _byte_level()
        trainer = trainers.BpeTrainer(
            vocab_size=most, special_tokens=list(SPECIAL), show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        )  # fmt: skip
    made.normalizer = normalizers.Lowercase()
    made.train_from_iterator(list(texts), trainer)
    made.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(name, made.token_to_id(name)) for name in (START, END)]
    )
    return made


def _byte_level() -> Any:
    from tokenizers import decoders

    return decoders.ByteLevel()


def encode_texts(tokenizer: Any, texts: Sequence[str], length: int | None = None) -> np.ndarray:
    """Token numbers int64 (n, length), padded with 0 and cut at `length` (default: the longest text's)."""
    rows = [found.ids for found in tokenizer.encode_batch(list(texts))]
    wide = length or max((len(row) for row in rows), default=1)
    made = np.zeros((len(rows), wide), np.int64)
    for place, row in enumerate(rows):
        kept = row[:wide]
        made[place, : len(kept)] = kept
    return made


def load_tokenizer(path: Path) -> Any:
    """The tokenizer that was saved; UsageError where the file is missing or damaged."""
    needed("tokenizers", "models")
    from tokenizers import Tokenizer

    if not path.is_file():
        raise UsageError("no such file", where=str(path))
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:
        raise UsageError(f"damaged tokenizer ({error})", where=str(path)) from None
