"""Documents packed into blocks of one length: <s> document </s> <s> document </s>... cut every `block` tokens.

A block has one token more than the model reads at once: the last one of a block is the first of the next, so that every
token after the first is predicted exactly once in a pass over the blocks. Only the end of the last block is padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seedbed.errors import UsageError


@dataclass(frozen=True)
class Packed:
    """blocks: int32 (n, block + 1). tokens: those of the documents with their <s> and </s>; predicted: targets in one
    pass. padding: share of the targets that are padding.
    """

    blocks: np.ndarray
    documents: int
    tokens: int
    pad: int

    @property
    def predicted(self) -> int:
        return max(0, self.tokens - 1)

    @property
    def padding(self) -> float:
        targets = self.blocks.shape[0] * (self.blocks.shape[1] - 1)
        return 1 - self.predicted / targets if targets else 0.0

    def stream(self) -> np.ndarray:
        """All tokens in a row, without padding, int32 (tokens,)."""
        if not len(self.blocks):
            return np.zeros(0, np.int32)
        return np.concatenate([self.blocks[0, :1], self.blocks[:, 1:].ravel()])[: self.tokens]


def pack(documents: Sequence[Sequence[int]], block: int, *, bos: int, eos: int, pad: int) -> Packed:
    """Pack tokens of documents (without special tokens), in their order; empty documents count too. `block` >= 2."""
    if block < 2:
        raise UsageError(f"blocks of {block} tokens", where="packing", hint="at least 2")
    parts = [np.array([bos, *document, eos], np.int32) for document in documents]
    stream = np.concatenate(parts) if parts else np.zeros(0, np.int32)
    count = -(-max(0, len(stream) - 1) // block)
    filled = np.full(count * block + 1, pad, np.int32)
    filled[: len(stream)] = stream
    rows = np.arange(count)[:, None] * block + np.arange(block + 1)[None, :]
    return Packed(filled[rows], len(parts), len(stream), pad)


def unpack(packed: Packed, *, bos: int, eos: int) -> list[list[int]]:
    """The documents again, as they were given to `pack`."""
    found: list[list[int]] = []
    for token in packed.stream().tolist():
        if token == bos:
            found.append([])
        elif token != eos:
            found[-1].append(token)
    return found
