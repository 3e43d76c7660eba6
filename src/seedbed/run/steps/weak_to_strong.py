"""One seed of a weak-to-strong pair: a weak model labels, a strong student learns from it, a ceiling from the truth."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field

from seedbed import registry
from seedbed.dataset import policy
from seedbed.dataset.images import decode_all
from seedbed.errors import UsageError, nearest
from seedbed.label.students import student_answers
from seedbed.label.weak_to_strong import agreement
from seedbed.run.step import TABLE, Context, Done, Step, StepArgs
from seedbed.run.steps.train import check_options, load_model

LOSSES = ("plain", "confidence")


class Weak(StepArgs):
    """The supervisor: a learner, fitted to `weak_data`, or a model `provider/model` that is asked `question`."""

    learner: str | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    steps: int = Field(300, gt=0)
    learning_rate: float = Field(3e-3, gt=0)
    weight_decay: float = Field(0.05, ge=0)
    model: str | None = None
    question: str = "What is in the picture?"


class Strong(StepArgs):
    """The student: the model of stage `strong`, or a new learner; `probe` fits a linear layer on its features."""

    learner: str | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    how: Literal["probe", "finetune"] = "probe"
    steps: int = Field(60, gt=0)
    batch_size: int = Field(128, ge=2)
    learning_rate: float = Field(3e-3, gt=0)
    weight_decay: float = Field(0.01, ge=0)


@registry.register("step", "weak_to_strong")
class WeakToStrong(Step):
    """table.parquet: for each test row id, label, and the answers weak, plain, confidence and ceiling.

    The student never sees a true label: it learns from the weak model's probabilities on `pool`. The ceiling is the
    same student with the pool's true labels and the plain loss.
    """

    inputs = ("weak_data", "pool", "test", "strong")
    parallel = True

    class Args(StepArgs):
        weak_data: str
        pool: str
        test: str
        strong: str | None = None
        label: str
        weak: Weak
        student: Strong = Field(default_factory=lambda: Strong.model_validate({}))
        confidence: float = Field(0.75, gt=0, lt=1, description="largest weight of the student's own answer")
        warm_up: float = Field(0.2, ge=0, le=1, description="share of the steps in which that weight grows")
        seed: int = 0

    def check(self, args: Any) -> None:
        if (args.weak.learner is None) == (args.weak.model is None):
            raise UsageError("give a learner or a model", where="weak", hint="exactly one of them")
        if (args.strong is None) == (args.student.learner is None):
            raise UsageError("give the stage strong or student.learner", where="weak_to_strong", hint="one of them")
        for part in (args.weak, args.student):
            if part.learner is not None:
                check_options(part.learner, part.options)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        names = ("weak_data", "pool", "test")
        folders = [context.one(name).dataset().path for name in names]
        policy.permit(folders, ["training"], action="weak_to_strong")
        few, pool, test = (Part(context.one(name), args.label) for name in names)
        labels = sorted({*few.label, *pool.label})
        if len(labels) < 2:
            raise UsageError(f"the label column '{args.label}' has one class", where="weak_to_strong")
        on_pool, on_test = _weak_answers(args, few, pool, test, labels)
        fitted = {loss: _student(args, context, pool, test, labels, on_pool, loss) for loss in LOSSES}
        exact = np.eye(len(labels))[[labels.index(v) for v in pool.label]]
        ceiling = _student(args, context, pool, test, labels, exact, "plain")
        answers = {"weak": on_test, **{loss: found[1] for loss, found in fitted.items()}, "ceiling": ceiling[1]}
        said = {name: np.array(labels)[found.argmax(axis=1)] for name, found in answers.items()}
        pq.write_table(pa.table({"id": test.id, "label": test.label, **said}), context.folder / TABLE)
        return {
            "rows": {name: len(part.label) for name, part in zip(names, (few, pool, test))},
            "accuracy": {name: float((found == test.label).mean()) for name, found in said.items()},
            "agreement": {name: agreement(test.label, said["weak"], said[name]) for name in (*LOSSES, "ceiling")},
            "imitation": {loss: _imitation(pool, on_pool, fitted[loss][0], labels) for loss in LOSSES},
        }


class Part:
    """Rows of one stage: `images` (n, h, w, c), `label` str (n,), `id`."""

    def __init__(self, done: Done, label: str) -> None:
        dataset = done.dataset()
        if label not in dataset.schema.names:
            raise UsageError(
                f"no column '{label}'", where=f"stage {done.stage}", hint=nearest(label, dataset.schema.names)
            )
        table = dataset.table(["id", "image", label])
        self.encoded: list[bytes] = table["image"].to_pylist()
        self.images = decode_all(self.encoded)
        self.label = np.array([str(v) for v in table[label].to_pylist()])
        self.id = table["id"]


def _weak_answers(args: Any, few: Part, pool: Part, test: Part, labels: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """The supervisor's probabilities on pool and test rows, float (rows, labels)."""
    if args.weak.model is not None:
        return _asked(args.weak, pool, labels), _asked(args.weak, test, labels)
    from seedbed import learn

    learner = registry.get("learner", args.weak.learner)({args.label: labels}, **args.weak.options)
    learn.fit(
        learner, few.images, {args.label: np.array([labels.index(v) for v in few.label])}, seed=args.seed,
        steps=args.weak.steps, learning_rate=args.weak.learning_rate, weight_decay=args.weak.weight_decay, threads=1,
    )  # fmt: skip
    on_pool, on_test = (learner.probabilities(part.images)[args.label] for part in (pool, test))
    return on_pool, on_test


def _asked(weak: Weak, part: Part, labels: list[str]) -> np.ndarray:
    """A model by name, asked with the labels as options; an answer that is no label counts as any of them."""
    from seedbed.learn.models import Asked, load_model, right

    assert weak.model is not None
    options = tuple(labels)
    asked = [
        Asked(image, weak.question, options, answer=str(truth), key=str(k))
        for k, (image, truth) in enumerate(zip(part.encoded, part.label))
    ]
    made = np.zeros((len(asked), len(labels)))
    for row, said in enumerate(load_model(weak.model).answer(asked)):
        fits = [right(Asked(b"", weak.question, answer=label), said) for label in labels]
        made[row] = fits if any(fits) else 1.0
    return made / made.sum(axis=1, keepdims=True)


def _student(
    args: Any, context: Context, pool: Part, test: Part, labels: list[str], targets: np.ndarray, loss: str
) -> list[np.ndarray]:
    """The student's probabilities on pool and test rows after learning `targets` of the pool."""
    from seedbed.learn.settings import Settings

    given = args.student
    if args.strong is not None:
        learner = load_model(context.one("strong").folder, "training")
    else:
        learner = registry.get("learner", given.learner)({args.label: labels}, **given.options)
    settings = Settings(
        seed=args.seed, steps=given.steps, batch_size=given.batch_size, learning_rate=given.learning_rate,
        weight_decay=given.weight_decay,
    )  # fmt: skip
    most = args.confidence if loss == "confidence" else 0.0
    return student_answers(
        learner, args.label, given.how, pool.images, targets, [pool.images, test.images], settings, most=most,
        warm_up=args.warm_up,
    )  # fmt: skip


def _imitation(pool: Part, weak: np.ndarray, student: np.ndarray, labels: list[str]) -> dict[str, float | None]:
    """On the rows that it learned from: how far the student could, and did, learn the weak model's mistakes."""
    names = np.array(labels)
    return agreement(pool.label, names[weak.argmax(axis=1)], names[student.argmax(axis=1)])
