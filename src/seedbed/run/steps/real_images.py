"""Train a learner on real images that a package ships, and test it on a fixed part of them."""

from __future__ import annotations

import time
from typing import Any, Literal

import numpy as np
from pydantic import Field

from seedbed import registry
from seedbed.audit.intervals import wilson
from seedbed.dataset import fashion_mnist as fashion
from seedbed.dataset.digits import load_real_digits
from seedbed.dataset.images import decode_all
from seedbed.errors import UsageError
from seedbed.learn.settings import Settings, parse_settings
from seedbed.run.step import Context, Step, StepArgs
from seedbed.run.training import check_options

DIGITS_TEST = 0.25  # of the 1,797 digits
CANVAS, INNER = 32, 24  # pixels: a digit of 8x8 counts is drawn 24x24 in the middle of 32x32


@registry.register("step", "real_images")
class RealImages(Step):
    """Accuracy on real test images: `digits` (scikit-learn's 1,797, a fixed quarter of them held out, 8x8 counts
    drawn 24x24 within 32x32) or `fashion_mnist` (10,000 test images; `rows` of the 60,000 train).

    A source that is not on this machine is skipped, and the result says so.
    """

    parallel = True

    class Args(StepArgs):
        source: Literal["digits", "fashion_mnist"]
        learner: str
        options: dict[str, Any] = Field(default_factory=dict)
        fit: dict[str, Any] = Field(default_factory=dict)
        augment: str = "none"
        epochs: int = Field(20, gt=0)
        rows: int | None = Field(None, gt=0, description="train on this many rows, drawn by the seed")
        folder: str | None = Field(None, description="where the files of Fashion-MNIST are")
        seed: int = 0

    def check(self, args: Any) -> None:
        check_options(args.learner, args.options)
        parse_settings(args.fit)

    def run(self, args: Any, context: Context) -> dict[str, Any]:
        try:
            train, test, labels = real_parts(args.source, args.folder)
        except UsageError as error:
            return {"source": args.source, "skipped": error.line}
        return {"source": args.source, **_fitted(args, train, test, labels)}


def real_parts(source: str, folder: str | None = None) -> tuple[Any, Any, list[str]]:
    """((images, labels) to train on, (images, labels) to test on, names of the labels)."""
    if source == "fashion_mnist":
        pad = ((0, 0), (2, 2), (2, 2))  # 28x28 within 32x32, as LeCun et al. did
        parts = [fashion.fashion_mnist(part, folder) for part in ("train", "test")]
        train, test = ((np.pad(images, pad), labels) for images, labels in parts)
        return train, test, list(fashion.CLASSES)
    table = load_real_digits()
    images = _drawn(decode_all(table["image"].to_pylist())[..., 0])
    digits = np.array([int(digit) for digit in table["digit"].to_pylist()])
    order = np.random.default_rng(0).permutation(len(digits))  # the split is fixed
    held, rest = np.split(order, [round(DIGITS_TEST * len(digits))])
    return (images[rest], digits[rest]), (images[held], digits[held]), [str(digit) for digit in range(10)]


def _drawn(small: np.ndarray) -> np.ndarray:
    """8x8 digits, interpolated to 24x24 in the middle of 32x32."""
    from PIL import Image

    edge = (CANVAS - INNER) // 2
    made = np.zeros((len(small), CANVAS, CANVAS), np.uint8)
    for row, digit in enumerate(small):
        large = Image.fromarray(digit).resize((INNER, INNER), Image.Resampling.BICUBIC)
        made[row, edge : edge + INNER, edge : edge + INNER] = np.asarray(large)
    return made


def _fitted(args: Any, train: Any, test: Any, labels: list[str]) -> dict[str, Any]:
    from seedbed import learn

    images, targets = train
    if args.rows is not None and args.rows < len(images):
        rows = np.sort(np.random.default_rng([args.seed, 11]).permutation(len(images))[: args.rows])
        images, targets = images[rows], targets[rows]
    learner = registry.get("learner", args.learner)({"label": labels}, **args.options)
    settings = Settings(seed=args.seed, epochs=args.epochs, **parse_settings(args.fit))
    started = time.process_time()
    outcome = learn.train(learner, images, {"label": targets}, settings, augment=args.augment, threads=1)
    seconds = time.process_time() - started
    right = learner.probabilities(test[0])["label"].argmax(axis=1) == test[1]
    low, high = (float(end) for end in wilson(int(right.sum()), len(right)))
    return {
        "accuracy": float(right.mean()), "low": low, "high": high, "train_rows": len(images), "test_rows": len(right),
        "parameters": int(learner.parameters_count), "flop": outcome.flop, "cpu_seconds": round(seconds, 1),
    }  # fmt: skip
