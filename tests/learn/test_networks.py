"""The ladder's networks: published counts exactly, the paper's connections, and learning, saving and loading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from seedbed import learn, registry
from seedbed.errors import UsageError
from seedbed.learn.describe import describe
from seedbed.learn.networks.lenet5 import TABLE, LeNet5, connections, initialise
from seedbed.run.steps.real_images import RealImages, _fitted, real_parts

# published counts, not ours: papers, and the weights that their authors released (design notes, table 2)
PUBLISHED = {
    "lenet5": 60_000, "alexnet": 60_965_224, "resnet18": 11_689_512, "resnet50": 25_557_032,
    "llama3-8b": 8_030_261_248, "llama3-70b": 70_553_706_496, "llama3-405b": 405_853_388_800,
    "smollm2-135m": 134_515_008, "gpt2": 124_439_808, "gpt2-xl": 1_557_611_200, "clip-vit-b32": 151_277_313,
    "clip-vit-l14": 427_616_513, "vit-b16": 86_567_656,
}  # fmt: skip


def test_every_configuration_is_listed_here() -> None:
    assert set(registry.names("architecture")) == set(PUBLISHED)


@pytest.mark.parametrize("name", PUBLISHED)
def test_paper_size_configurations_match_the_published_counts(name: str) -> None:
    found = describe(name)
    assert found["parameters"] == PUBLISHED[name] == found["published"]
    assert sum(layer["parameters"] for layer in found["layers"]) == PUBLISHED[name]


def test_lenet5_has_the_layers_and_connections_of_the_paper() -> None:
    layers = {layer["name"]: layer["parameters"] for layer in describe("lenet5")["layers"]}
    assert layers == {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48_120, "f6": 10_164}
    assert connections() == {
        "c1": 122_304, "s2": 5_880, "c3": 151_600, "s4": 2_000, "c5": 48_120, "f6": 10_164, "output": 840,
    }  # fmt: skip
    assert describe("lenet5")["connections"] == 340_908


def test_a_map_of_c3_sees_only_the_maps_of_its_row() -> None:
    network = LeNet5({"digit": 10})
    initialise(network, torch.Generator().manual_seed(0))
    for out in (0, 7, 15):
        maps = torch.rand(1, 6, 14, 14, requires_grad=True)
        network.c3(maps)[0, out].sum().backward()
        assert maps.grad is not None
        seen = {int(k) for k in maps.grad[0].abs().sum((1, 2)).nonzero()}
        assert seen == set(TABLE[out])


@pytest.mark.parametrize(
    ("name", "options", "steps"),
    [("lenet5", {}, 60), ("alexnet", {"activation": "tanh"}, 12), ("resnet", {"widths": [8, 16], "depths": [1, 1]}, 12),
     ("vit", {"width": 16, "depth": 1, "patch": 8}, 60)],
)  # fmt: skip
def test_networks_learn_are_seeded_and_come_back_from_their_folder(
    name: str, options: dict, steps: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 90, (48, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(48) % 2
    images[labels == 1, 8:24, 8:24] += 120
    made = []
    for _ in range(2):
        learner = registry.get("learner", name)({"bright": ["no", "yes"]}, **options)
        learn.fit(
            learner, images, {"bright": labels}, seed=3, steps=steps, batch_size=16, learning_rate=2e-3, threads=1
        )
        made.append(learner.probabilities(images)["bright"])
    np.testing.assert_array_equal(made[0], made[1])
    assert (made[0].argmax(1) == labels).mean() > 0.8
    again = learn.load(learner.save(tmp_path))
    np.testing.assert_array_equal(again.probabilities(images)["bright"], made[0])
    assert again.parameters_count == learner.parameters_count


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [("alexnet", {"size": "huge"}, "small or original"), ("resnet", {"widths": [8]}, "one number of each a stage"),
     ("vit", {"width": 10}, "heads divide the width")],
)  # fmt: skip
def test_options_that_cannot_work_are_refused(name: str, options: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        registry.get("learner", name)({"a": ["x", "y"]}, **options)


def test_patches_must_fill_the_image() -> None:
    with pytest.raises(UsageError, match="patches of 5 px do not fill images of 32 px"):
        describe("vit", options={"patch": 5})


def test_models_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UsageError, match="did you mean 'alexnet'"):
        describe("alexnt")


@pytest.mark.slow
def test_lenet5_reads_98_percent_of_real_digits() -> None:
    args = RealImages.Args(source="digits", learner="lenet5", epochs=40, fit={"batch_size": 32}, augment="classical")
    assert _fitted(args, *real_parts("digits"))["accuracy"] >= 0.98
