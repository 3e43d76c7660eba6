"""LeNet-5, AlexNet and ResNet at the size of their papers."""

from __future__ import annotations

from typing import Any

from seedbed.learn.describe import Architecture
from seedbed.learn.needed import transformers
from seedbed.registry import register


def _lenet5() -> Any:
    from seedbed.learn.networks.lenet5 import LeNet5

    return LeNet5({})  # the ten output units of the paper compare F6 with fixed codes


def _lenet5_connections() -> dict[str, Any]:
    from seedbed.learn.networks.lenet5 import connections

    found = connections()
    return {"connections": sum(found.values()), "connections_by_layer": found}


def _alexnet() -> Any:
    from seedbed.learn.networks.alexnet import AlexNet

    return AlexNet(3, 227, {"class": 1000}, "original", "relu", 0.5)


def _resnet(kind: str, widths: list[int], depths: list[int]) -> Any:
    hf = transformers()
    config = hf.ResNetConfig(embedding_size=64, hidden_sizes=widths, depths=depths, layer_type=kind, num_labels=1000)
    return hf.ResNetForImageClassification(config)


register("architecture", "lenet5")(
    Architecture(_lenet5, 60_000, "LeCun et al. 1998, section II.B: trainable parameters up to F6", _lenet5_connections)
)
register("architecture", "alexnet")(
    Architecture(_alexnet, 60_965_224, "Krizhevsky et al. 2012 (60 million); the sum of its layers, two groups")
)
register("architecture", "resnet18")(
    Architecture(lambda: _resnet("basic", [64, 128, 256, 512], [2, 2, 2, 2]), 11_689_512, "He et al. 2016; torchvision")
)
register("architecture", "resnet50")(
    Architecture(
        lambda: _resnet("bottleneck", [256, 512, 1024, 2048], [3, 4, 6, 3]), 25_557_032, "He et al. 2016; torchvision"
    )
)
