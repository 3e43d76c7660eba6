"""A LLaMA trained from texts: tokenizer, packing, the fit loop; a folder that transformers loads by its path.

The folder holds config.json, model.safetensors and the tokenizer's files as transformers writes them, and its record.
`load_language_model(FOLDER)` reads it for audits and as a rater, `LanguageModelLearner.load(FOLDER)` with its record.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from seedbed.dataset.files import read_json, write_json
from seedbed.errors import UsageError
from seedbed.learn.models.causal import Causal, needs
from seedbed.learn.models.language import Local
from seedbed.learn.text.llama import LlamaSize, build_llama, parameters_of
from seedbed.learn.text.packing import Packed, pack
from seedbed.learn.text.perplexity import DocumentLosses, document_losses
from seedbed.learn.text.sampling import sample
from seedbed.learn.text.tokenizer import train_tokenizer

RECORD = "language_model.json"
BLOCK = 128  # tokens
HERE = "fit_language_model"


class LanguageModelLearner(Local):
    """A causal model and its tokenizer (`causal`), the record of its training (plain values), and, where it was trained
    just now, the loop's `outcome`.
    """

    def __init__(self, causal: Causal, record: dict[str, Any] | None = None, outcome: Any = None) -> None:
        super().__init__(causal)
        self.record, self.outcome = record or {}, outcome

    @property
    def module(self) -> Any:
        """The torch module, one of transformers' causal models."""
        return self.causal.loaded()[1]

    @property
    def tokenizer(self) -> Any:
        return self.causal.loaded()[0]

    @property
    def block(self) -> int | None:
        """Tokens that it read at once in training; None where that is not known."""
        return self.record.get("block")

    def losses(self, texts: Sequence[str], progress: Callable[[int], object] | None = None) -> DocumentLosses:
        """`document_losses` in windows of the length that it was trained on."""
        return document_losses(self.causal, texts, window=self.block, progress=progress)

    def sample(self, prompt: str = "", *, seed: int, **options: Any) -> list[str]:
        """`seedbed.learn.text.sample` from this model."""
        return sample(self.causal, prompt, seed=seed, **options)

    def save(self, folder: str | Path) -> Path:
        """Write the checkpoint; returns the folder."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        with contextlib.redirect_stderr(io.StringIO()):  # a progress bar, whatever it is told
            self.module.save_pretrained(place)
        self.tokenizer.save_pretrained(place)
        write_json(place / RECORD, {"schema_version": 1, **self.record})
        return place

    @classmethod
    def load(cls, folder: str | Path) -> LanguageModelLearner:
        """The checkpoint in a folder, ours or any in Hugging Face's format."""
        path = Path(folder) / RECORD
        record = read_json(path) if path.is_file() else {}
        return cls(Causal.folder(str(folder)), {k: v for k, v in record.items() if k != "schema_version"})


def fit_language_model(
    texts: Sequence[str], *, seed: int, steps: int | None = None, epochs: int | None = None,
    size: LlamaSize | None = None, vocabulary: int = 512, block: int = BLOCK, held_out: Sequence[str] = (),
    tokenizer: Any = None, batch_size: int = 16, learning_rate: float = 3e-3, weight_decay: float = 0.1,
    clip: float | None = 1.0, checkpoints: Path | None = None, resume: bool = False,
    progress: Callable[[int], object] | None = None, report: Callable[[dict[str, float]], object] | None = None,
    threads: int | None = None, **loop: Any,
) -> LanguageModelLearner:  # fmt: skip
    """Train a tokenizer (unless one is given) and a LLaMA of `size` on `texts`.

    A step is `batch_size` blocks of `block` tokens. held_out: texts for `evaluate_every` and `patience`. loop: further
    values of `learn.Settings`. The same seed, texts, threads and machine give the same weights.
    """
    needs(HERE, "torch", "transformers", "tokenizers")
    from seedbed.learn.loop import optimise
    from seedbed.learn.settings import Settings
    from seedbed.learn.text.objective import CausalObjective

    size = size or LlamaSize()
    if block > size.context:
        hint = f"block at most {size.context}, or a longer context"
        raise UsageError(f"blocks of {block} tokens", where=HERE, hint=hint)
    settings = Settings(
        seed=seed, steps=steps, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate,
        weight_decay=weight_decay, clip=clip, **loop,
    )  # fmt: skip
    tokens = tokenizer if tokenizer is not None else train_tokenizer(texts, vocabulary, context=size.context)
    packed = pack_texts(tokens, texts, block)
    module = build_llama(size, tokens, seed)
    objective = CausalObjective(module, packed, pack_texts(tokens, held_out, block) if held_out else None)
    outcome = optimise(
        objective, settings, checkpoints=checkpoints, resume=resume, progress=progress, report=report, threads=threads
    )
    record = {
        "block": block, "size": size.to_dict(), "vocabulary": len(tokens), "seed": seed, "settings": settings.to_dict(),
        "packing": packing_of(packed), "parameters": parameters_of(module), "steps": outcome.steps,
        "tokens_trained": outcome.steps * settings.rows_a_step * block, "seconds": outcome.seconds,
        "waiting": outcome.waiting, "flop": outcome.flop, "energy": outcome.energy, "stopped": outcome.stopped,
        "history": outcome.history, "evaluations": outcome.evaluations,
    }  # fmt: skip
    return LanguageModelLearner(Causal.of(tokens, module, "llama"), record, outcome)


def pack_texts(tokens: Any, texts: Sequence[str], block: int) -> Packed:
    """Texts as blocks of tokens; the tokenizer must have tokens for beginning, end and padding."""
    kinds = (tokens.bos_token_id, tokens.eos_token_id, tokens.pad_token_id)
    if None in kinds or kinds[2] in kinds[:2]:
        hint = "it needs tokens for beginning, end and (another one) padding"
        raise UsageError("this tokenizer cannot pack texts", where=HERE, hint=hint)
    documents = tokens(list(texts), add_special_tokens=False).input_ids if texts else []
    return pack(documents, block, bos=kinds[0], eos=kinds[1], pad=kinds[2])


def packing_of(packed: Packed) -> dict[str, float]:
    """The figures of a packing, plain."""
    return {
        "documents": packed.documents, "tokens": packed.tokens, "blocks": len(packed.blocks),
        "padding": round(packed.padding, 6),
    }  # fmt: skip
