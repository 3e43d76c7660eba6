"""Draw docs/gallery/objects.png: every shape in eight colours and four materials (python docs/gallery/make.py)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from seedbed.dataset.images import decode
from seedbed.lineage import row_rng
from seedbed.worlds.tabletop import Tabletop

SIZE, LABEL = 128, 16


def main() -> None:
    world = Tabletop(size=SIZE, render="good")
    levels = {f.name: f.levels for f in world.factors}
    rows = []
    for i, category in enumerate(levels["category"]):
        plans = [
            world.plan(
                {
                    "category": category,
                    "color": color,
                    "material": levels["material"][(i + k) % 4],
                    "size": "large",
                    "background": levels["background"][(i + k // 2) % 4],
                },
                row_rng("gallery", "1", 0, i * 8 + k),
            )
            for k, color in enumerate(levels["color"])
        ]
        images = [decode(data) for data in world.render(plans)["image"].to_pylist()]
        rows.append([_labelled(image, plan) for image, plan in zip(images, plans)])
    sheet = np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0)
    Image.fromarray(sheet).save(Path(__file__).parent / "objects.png", optimize=True)


def _labelled(image: np.ndarray, plan: dict) -> np.ndarray:
    thing = plan["objects"][0]
    canvas = Image.new("RGB", (SIZE, SIZE + LABEL), "white")
    canvas.paste(Image.fromarray(image))
    text = f"{thing['color']} {thing['material']} {thing['category']}".replace("_", " ")
    ImageDraw.Draw(canvas).text((3, SIZE + 2), text[:24], fill="black")
    return np.asarray(canvas)


if __name__ == "__main__":
    main()
