"""Minimal pairs and retrieval of one dual encoder on held-out rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from seedbed.registry import register
from seedbed.run.step import TABLE, Context, Step, StepArgs


@register("step", "evaluate_dual")
class EvaluateDual(Step):
    """Text, image and group score of the pairs of `test`, whole, by swap, and of those whose captions `seen` has not;
    recall at 1, 5 and 10 both ways over all images and captions. table.parquet has every pair's four scores.
    `dense`, an unpair stage of the same rows, asks the same with the scenes' dense captions instead.
    """

    inputs = ("model", "test", "seen", "dense")
    parallel = True

    class Args(StepArgs):
        model: str
        test: str
        seen: list[str] | None = None
        dense: str | None = None

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        from seedbed.audit.winoground import pair_scores, wins
        from seedbed.learn.contrastive import captioned, load_dual, recall
        from seedbed.learn.models.dual import DualModel
        from seedbed.run.pairs import COLUMNS, all_scores
        from seedbed.run.steps.train_dual import MODEL

        folder = str(context.one("model").folder / MODEL)
        test = context.one("test").dataset()
        rows = [row for row in test.table(["id", *COLUMNS]).to_pylist() if row["error"] is None]
        scores = all_scores(DualModel(folder, folder), rows)
        seen = _captions(context) if args.seen else set()
        new = np.array([row["caption_0"] not in seen and row["caption_1"] not in seen for row in rows])
        group = wins(scores)["group"]
        table = {
            "id": [row["id"] for row in rows], "swap": [row["swap"] for row in rows], "new": new.tolist(),
            "group": group.tolist(), **{f"caption_{c}.image_{i}": scores[:, c, i] for c in (0, 1) for i in (0, 1)},
        }  # fmt: skip
        pq.write_table(pa.table(table), context.folder / TABLE)
        data = captioned(test)
        made = {
            "pairs": pair_scores(scores, [row["swap"] for row in rows]),
            "recall": recall(load_dual(folder), data.images, data.captions),
            "images": len(data),
            "captions": len(set(data.captions)),
        }
        if args.seen and new.any():
            made["new"] = pair_scores(scores[new])
        if args.dense:
            made["dense"] = _dense(context.one("dense").dataset(), load_dual(folder))
        return made


def _dense(dataset: Any, model: Any) -> dict[str, Any]:
    """Pair scores and recall of the dense captions."""
    from seedbed.audit.winoground import pair_scores
    from seedbed.learn.contrastive import captioned, pair_cosines, recall

    data = captioned(dataset, "dense", pair="pair")
    return {"pairs": pair_scores(pair_cosines(model, data)), "recall": recall(model, data.images, data.captions)}


def _captions(context: Context) -> set[str]:
    """Every caption of the rows that the model was trained on."""
    from seedbed.learn.contrastive import captioned

    return {text for done in context.many("seen") for text in captioned(done.dataset()).captions}
