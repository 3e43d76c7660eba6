"""Rewrite a dataset's captions by a captioner, and score what they state against the scene graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from seedbed.audit.intervals import wilson
from seedbed.errors import UsageError
from seedbed.lineage import code_version
from seedbed.registry import register
from seedbed.run.step import DATASET, Context, Step, StepArgs

PROMPT = "Describe the picture in one paragraph: every object, its colour and state, and where it stands."
KINDS = ("object", "attribute", "ground", "relation")


@register("step", "recaption")
class Recaption(Step):
    """The rows of `data` with the column `recaption` beside the old ones, and `mixed`: for a share `mix` of the rows
    (each drawn from the seed and its own id) the new caption, else the one in `old`.

    The captions are written by the stage `captioner` (train_captioner), or by `model`, a vision-language model by name
    (`openai-api/NAME/MODEL`, `python/mine.py:answer`). Where rows have scenes, the claims of every caption are read and
    proved: precision is the share of what a caption states that is true, recall the share of what the caption in
    `truth` states that it states too (a relation counts when any true one between two things is stated).
    """

    inputs = ("data", "captioner")
    parallel = True

    class Args(StepArgs):
        data: str
        captioner: str | None = None
        model: str | None = None
        prompt: str = PROMPT
        old: str = "caption"
        truth: str | None = None
        mix: float = Field(0.5, ge=0, le=1)
        temperature: float = Field(0.0, ge=0)
        seed: int = 0

    def check(self, args: Any) -> None:
        if (args.captioner is None) == (args.model is None):
            raise UsageError("give captioner or model", where="recaption", hint="exactly one of them")

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        from seedbed.dataset import Dataset

        source = context.one("data").dataset()
        for name in (args.old, *([args.truth] if args.truth else [])):
            if name not in source.schema.names:
                raise UsageError(f"no column '{name}'", where="data", hint="one of the dataset's caption columns")
        table = source.table()
        new = self._written(args, context, table["image"].to_pylist())
        lineage = {"recaptioned": args.model_dump(), "from": str(source.path.name), "code": code_version()}
        made = Dataset.from_table(context.folder / DATASET, table, lineage)
        told = dict(zip(table["id"].to_pylist(), new))
        olds = dict(zip(table["id"].to_pylist(), table[args.old].to_pylist()))
        made.add_columns(
            {
                "recaption": lambda batch: pa.array([told[k] for k in batch["id"].to_pylist()], pa.string()),
                "mixed": lambda batch: pa.array(
                    [told[k] if drawn(args.seed, k) < args.mix else olds[k] for k in batch["id"].to_pylist()],
                    pa.string(),
                ),
            },
            reads=["id"],
        )
        result: dict[str, Any] = {
            "rows": len(new),
            "different": len(set(new)),
            "old_different": len(set(olds.values())),
            "columns": {"old": args.old, "truth": args.truth},
        }
        if args.truth and "scene" in table.column_names:
            scenes, truth = table["scene"].to_pylist(), table[args.truth].to_pylist()
            result["facts"] = {
                name: facts(texts, truth, scenes)
                for name, texts in (("old", list(olds.values())), ("recaption", new), ("truth", truth))
            }
            result["exact"] = float(np.mean([a.lower() == b.lower() for a, b in zip(new, truth)]))
        return result

    def _written(self, args: Any, context: Context, images: Sequence[bytes]) -> list[str]:
        if args.model is not None:
            from seedbed.learn.models import Asked, load_model

            asked = [Asked(image, args.prompt, key=str(k)) for k, image in enumerate(images)]
            return [" ".join(text.split()) for text in load_model(args.model).answer(asked)]
        from seedbed.learn.captioning import Captioner
        from seedbed.learn.images import decode_equal
        from seedbed.run.steps.train_captioner import MODEL

        model = Captioner.load(context.one("captioner").folder / MODEL)
        return model.captions(decode_equal(images, "data"), temperature=args.temperature, seed=args.seed)


def drawn(seed: int, row: str) -> float:
    """A number 0..1 that depends on the seed and the row's id alone."""
    from seedbed.lineage import digest

    return int(digest([seed, row])[:13], 16) / 16**13


def facts(texts: Sequence[str], truth: Sequence[str], scenes: Sequence[Any]) -> dict[str, Any]:
    """Precision and recall of stated facts, whole and by kind, with Wilson intervals (claims of a row are not quite
    independent). Undecided claims count for neither.
    """
    from seedbed.language.claims import claims_of, lexicon_of, proved

    lexicon = lexicon_of(scenes)
    stated: Counter[tuple[str, bool]] = Counter()
    wanted: Counter[tuple[str, bool]] = Counter()
    for text, true, scene in zip(texts, truth, scenes):
        claims, goal = claims_of(text, lexicon), claims_of(true, lexicon)
        held = proved(claims, scene)
        for claim, right in zip(claims, held):
            if right is not None:
                stated[kind(claim), right] += 1
        related = any(claim.relation and right for claim, right in zip(claims, held))
        for claim in goal:
            wanted[kind(claim), related if claim.relation else claim in claims] += 1
    made = {
        name: {"precision": _share(stated, [name]), "recall": _share(wanted, [name])} for name in KINDS
    }  # fmt: skip
    return {
        "precision": _share(stated, KINDS), "recall": _share(wanted, KINDS), "by": made,
        "stated_a_row": sum(stated.values()) / len(texts),
    }  # fmt: skip


def kind(claim: Any) -> str:
    """object, attribute, ground or relation."""
    if claim.ground or claim.relation:
        return "ground" if claim.ground else "relation"
    return "object" if len(claim.one) == 1 else "attribute"


def _share(counts: Counter[tuple[str, bool]], kinds: Sequence[str]) -> dict[str, Any]:
    right, wrong = (sum(counts[name, truth] for name in kinds) for truth in (True, False))
    n = right + wrong
    if not n:
        return {"value": None, "low": None, "high": None, "n": 0}
    low, high = wilson(right, n)
    return {"value": right / n, "low": float(low), "high": float(high), "n": n}
