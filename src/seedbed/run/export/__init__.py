"""Datasets in the formats of other tools, one file a format: `export("data/a", to="coco", out="coco")`."""

from seedbed.run.export.base import Exporter, export

__all__ = ["Exporter", "export"]
