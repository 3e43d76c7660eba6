"""The fit loop: going on bit for bit, schedules, averages, accumulation, early stopping, and how it fails."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from seedbed.errors import UsageError
from seedbed.learn import Objective, Settings, SmallCNN, optimise, train
from seedbed.learn.energy import counters, joules
from seedbed.learn.settings import rate_factor

RNG = np.random.default_rng(5)
IMAGES = RNG.integers(0, 256, (90, 8, 8), dtype=np.uint8)
LABELS = {"a": (IMAGES.mean(axis=(1, 2)) > 127).astype(int)}


class Line(Objective):
    """Least squares on noisy points of a line; the noise is drawn by the generator."""

    def __init__(self, rows: int = 40, explode: int | None = None) -> None:
        rng = np.random.default_rng(1)
        self.x = torch.tensor(rng.standard_normal((rows, 3)), dtype=torch.float32)
        self.y = self.x @ torch.tensor([1.0, -2.0, 0.5]) + 0.3
        self.rows, self.explode, self.seen = rows, explode, []
        self.module = nn.Linear(3, 1)
        nn.init.zeros_(self.module.weight)
        nn.init.zeros_(self.module.bias)
        self.generator = torch.Generator().manual_seed(3)

    def batch(self, rows):
        self.seen.append(list(rows))
        x = self.x[torch.from_numpy(rows)]
        return x + 0.01 * torch.randn(x.shape, generator=self.generator), self.y[torch.from_numpy(rows)]

    def loss(self, batch, done):
        x, y = batch
        loss = ((self.module(x)[:, 0] - y) ** 2).mean()
        if self.explode is not None and done >= self.explode / 10:
            loss = loss * math.inf
        return loss, {"done": done}

    def evaluate(self):
        return {"loss": float(((self.module(self.x)[:, 0] - self.y) ** 2).mean())}


def weights_of(module: nn.Module) -> list[np.ndarray]:
    return [value.numpy().copy() for value in module.state_dict().values()]


def cnn(steps: int, folder: Path | None, *, stop_at: int | None = None, resume: bool = False, **more) -> tuple:
    """Train a small network with dropout and augmentation; `stop_at` breaks the run off after that step."""
    learner = SmallCNN({"a": ["x", "y"]}, width=4, dropout=0.3)
    seen = {"steps": 0}

    def count(n: int) -> None:
        seen["steps"] += n
        if seen["steps"] == stop_at:
            raise KeyboardInterrupt

    settings = Settings(seed=2, steps=steps, batch_size=16, checkpoint_every=5, ema=0.9, **more)
    made = train(
        learner, IMAGES, LABELS, settings, augment="classical", checkpoints=folder, resume=resume,
        validation=(IMAGES, LABELS), progress=count, threads=1,
    )  # fmt: skip
    return learner, made


def test_a_broken_run_goes_on_to_the_same_weights_and_loss(tmp_path: Path) -> None:
    whole, first = cnn(20, None, evaluate_every=4)
    with pytest.raises(KeyboardInterrupt):
        cnn(20, tmp_path, stop_at=13, evaluate_every=4)  # the checkpoint is of step 10
    again, second = cnn(20, tmp_path, resume=True, evaluate_every=4)
    for a, b in zip(weights_of(whole.module), weights_of(again.module)):
        np.testing.assert_array_equal(a, b)
    assert [e["loss"] for e in first.history] == [e["loss"] for e in second.history]
    assert first.evaluations == second.evaluations and first.flop == second.flop > 0


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    first, _ = cnn(10, tmp_path)
    again, made = cnn(10, tmp_path, resume=True)
    assert made.steps == 10
    for a, b in zip(weights_of(first.module), weights_of(again.module)):
        np.testing.assert_array_equal(a, b)


def test_a_checkpoint_of_another_architecture_or_other_settings_is_refused(tmp_path: Path) -> None:
    cnn(5, tmp_path)
    wide = SmallCNN({"a": ["x", "y"]}, width=8)
    settings = Settings(seed=2, steps=5, batch_size=16, checkpoint_every=5, ema=0.9)
    with pytest.raises(UsageError, match=r"of small_cnn with [\d,]+ parameters, asked for is small_cnn with"):
        train(wide, IMAGES, LABELS, settings, checkpoints=tmp_path, resume=True)
    with pytest.raises(UsageError, match="learning_rate=0.003, asked for is 0.1"):
        cnn(5, tmp_path, resume=True, learning_rate=0.1)
    (tmp_path / "checkpoint.pt").write_bytes(b"nonsense")
    with pytest.raises(UsageError, match="damaged checkpoint"):
        cnn(5, tmp_path, resume=True)


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    settings = Settings(seed=0, steps=10, batch_size=8, checkpoint_every=2, learning_rate=0.01, schedule="constant")
    with pytest.raises(
        UsageError, match=r"loss is (inf|nan) at step 6 of 10, learning rate 0.01; the last good"
    ) as error:
        optimise(Line(explode=5), settings, checkpoints=tmp_path)
    assert str(tmp_path) in error.value.line
    kept = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert kept["step"] == 4 and all(torch.isfinite(v).all() for v in kept["module"].values())


def test_out_of_memory_suggests_a_batch_size() -> None:
    class Greedy(Line):
        def loss(self, batch, done):
            raise RuntimeError(
                "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"
            )

    with pytest.raises(UsageError, match="out of memory at step 1 with batches of 8; batch_size=4 with accumulate=2"):
        optimise(Greedy(), Settings(seed=0, steps=3, batch_size=8))

    class Broken(Line):
        def loss(self, batch, done):
            raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes do not fit"):
        optimise(Broken(), Settings(seed=0, steps=3))


def test_accumulated_batches_give_the_step_of_one_large_batch() -> None:
    def fitted(batch_size: int, accumulate: int) -> list[np.ndarray]:
        line = Line()
        line.generator = None
        line.batch = lambda rows: (line.x[torch.from_numpy(rows)], line.y[torch.from_numpy(rows)])  # no noise
        optimise(line, Settings(seed=4, steps=6, batch_size=batch_size, accumulate=accumulate), threads=1)
        return weights_of(line.module)

    for a, b in zip(fitted(16, 1), fitted(4, 4)):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)


def test_early_stopping_keeps_the_best_weights() -> None:
    class Worse(Line):
        """Evaluations fall until the third and rise afterwards, whatever the weights."""

        calls = 0

        def evaluate(self):
            self.calls += 1
            self.seen_weights = getattr(self, "seen_weights", [])
            self.seen_weights.append(weights_of(self.module))
            return {"loss": float(abs(self.calls - 3))}

    worse = Worse()
    made = optimise(worse, Settings(seed=0, steps=40, batch_size=8, evaluate_every=2, patience=2))
    assert made.steps == 10 and made.stopped == "no better loss in 2 evaluations" and made.best["step"] == 6
    for a, b in zip(weights_of(worse.module), worse.seen_weights[2]):
        np.testing.assert_array_equal(a, b)


def test_averaged_weights_are_the_mean_that_they_say() -> None:
    plain, averaged, seen = Line(), Line(), []
    optimise(plain, Settings(seed=1, steps=3, batch_size=8), progress=lambda n: seen.append(weights_of(plain.module)))
    optimise(averaged, Settings(seed=1, steps=3, batch_size=8, ema=0.99))
    want = [np.zeros((1, 3), np.float32), np.zeros(1, np.float32)]
    for step, now in enumerate(seen, start=1):
        decay = min(0.99, (1 + step) / (10 + step))
        want = [decay * a + (1 - decay) * b for a, b in zip(want, now)]
    for a, b in zip(weights_of(averaged.module), want):
        np.testing.assert_allclose(a, b, rtol=1e-5)


@pytest.mark.parametrize(
    ("schedule", "middle", "last"),
    [("cosine", 0.5, 0.5 * (1 + math.cos(math.pi * 89 / 90))), ("linear", 0.5, 1 / 90), ("constant", 1, 1),
     ("inverse_sqrt", math.sqrt(10 / 56), math.sqrt(10 / 100))],
)  # fmt: skip
def test_schedules(schedule: str, middle: float, last: float) -> None:
    factor = rate_factor(Settings(seed=0, steps=100, schedule=schedule), 100)
    assert factor(0) == pytest.approx(0.1) and factor(9) == 1.0
    assert factor(55) == pytest.approx(middle) and factor(99) == pytest.approx(last)


def test_clipped_gradients_and_bfloat16_train() -> None:
    line = Line()
    made = optimise(line, Settings(seed=0, steps=150, batch_size=8, clip=1.0, precision="bf16", learning_rate=0.05))
    assert line.module.weight.dtype is torch.float32 and made.history[-1]["loss"] < 0.1 < made.history[0]["loss"]


def test_flop_are_those_of_the_forward_pass_times_three() -> None:
    made = optimise(Line(), Settings(seed=0, steps=7, batch_size=8, accumulate=2))
    assert made.flop == 7 * 2 * 3 * (2 * 8 * 3)


def test_rows_that_are_slow_to_fetch_come_in_the_same_order_from_a_thread() -> None:
    quick, slow = Line(), Line()
    slow.slow = True
    for line in (quick, slow):
        optimise(line, Settings(seed=6, steps=9, batch_size=8), threads=1)
    assert quick.seen == slow.seen
    for a, b in zip(weights_of(quick.module), weights_of(slow.module)):
        np.testing.assert_array_equal(a, b)

    class Fails(Line):
        slow = True

        def fetch(self, rows):
            raise UsageError("row 3 cannot be read", where="data")

    with pytest.raises(UsageError, match="row 3 cannot be read"):
        optimise(Fails(), Settings(seed=0, steps=3))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"schedule": "cosin"}, "did you mean 'cosine'"), ({"steps": None}, "epochs or steps"), ({"patience": 2}, "evaluate_every"),
     ({"ema": 1.0}, "shares below 1"), ({"learning_rate": math.nan}, "rate above 0"), ({"accumulate": 0}, "accumulate is 0"),
     ({"clip": 0.0}, "norm above 0"), ({"precision": "fp8"}, "unknown precision"), ({"optimiser": "lion"}, "unknown optimiser")],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused(wrong: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Settings(**{"seed": 0, "steps": 5, **wrong})


def test_energy_is_what_the_counters_say(tmp_path: Path) -> None:
    for name, value in (("intel-rapl:0", 5_000_000), ("intel-rapl:0:0", 1), ("intel-rapl:1", 7_000_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "energy_uj").write_text(str(value))
    before = counters(tmp_path)
    assert before == {"intel-rapl:0": 5_000_000, "intel-rapl:1": 7_000_000}
    assert joules(before, {"intel-rapl:0": 6_500_000, "intel-rapl:1": 7_000_000}) == 1.5
    assert joules(before, {"intel-rapl:0": 1, "intel-rapl:1": 7_000_000}) is None  # the counter began again
    assert counters(tmp_path / "nowhere") is None and joules(None, before) is None


def test_probabilities_as_targets_and_their_checks() -> None:
    soft = np.stack([1 - LABELS["a"], LABELS["a"]], axis=1).astype(np.float32)
    both = []
    for targets in (LABELS["a"], soft):
        learner = SmallCNN({"a": ["x", "y"]}, width=4)
        both.append(train(learner, IMAGES, {"a": targets}, Settings(seed=1, steps=5, batch_size=16), threads=1))
    assert both[0].history[-1]["loss"] == pytest.approx(both[1].history[-1]["loss"], rel=1e-5)
    with pytest.raises(UsageError, match="no probabilities"):
        train(SmallCNN({"a": ["x", "y"]}), IMAGES, {"a": 2 * soft}, Settings(seed=1, steps=5))
