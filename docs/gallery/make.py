"""Draw the gallery: `python docs/gallery/make.py [objects materials places moving stickers]`.

objects.png    every shape at 128 px, in its states, colours and materials
materials.png  every material in a colour, and every ground and wall
places.png     every place, and requested relations
moving.png     clips with their forward flow
stickers.png   things and people
"""

from __future__ import annotations

import colorsys
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from seedbed import registry
from seedbed.dataset.images import decode
from seedbed.design import Design
from seedbed.lineage import row_rng
from seedbed.worlds.materials.catalogue import MATERIALS
from seedbed.worlds.materials.colors import BASIC
from seedbed.worlds.moving import Moving
from seedbed.worlds.moving.flow import decode_flow
from seedbed.worlds.objects.build import shape_of
from seedbed.worlds.objects.draw import colors_of, states_of
from seedbed.worlds.places import Places
from seedbed.worlds.stickers import Stickers
from seedbed.worlds.tabletop import Tabletop
from seedbed.worlds.tabletop.world import BACKGROUNDS

HERE = Path(__file__).parent
LABEL = 16
REQUESTS = (
    ("red cube on blue cube", "table"), ("some potted_plants surrounding lightbulb", "table"), ("apple inside bowl", "table"),
    ("cat between dog and chair", "room"), ("chair facing desk", "room"), ("car in front of tree", "outdoors"),
)  # fmt: skip


def objects() -> None:
    """Groups in order; each shape in up to two states, its likely materials, and turning colours."""
    world = Tabletop(size=128, render="good")
    names = sorted(registry.names("shape"), key=lambda n: (shape_of(n).group, n))
    tiles = []
    for i, name in enumerate(names):
        states = states_of(name)
        for k in range(2):
            material = ("plastic", "metal", "wood", "ceramic", "fabric", "rubber")[(i * 2 + k) % 6]
            plan = _plan(world, name, BASIC[(i * 5 + k * 3 + 2) % 11], material, states[k % len(states)], i * 2 + k)
            state = "" if states == ("none",) else f" {states[k % len(states)]}"
            tiles.append(_labelled(_image(world, plan), name.replace("_", " ") + state))
    _save(tiles, 14, "objects.png")


def materials() -> None:
    world = Tabletop(size=160, render="good", objects=1)
    tiles = []
    for i, name in enumerate(MATERIALS):
        palette = colors_of(name, BASIC)
        for k, category in enumerate(("sphere", "teapot", "armchair")):
            color = palette[(i * 4 + k * 2 + 1) % len(palette)]
            plan = _plan(world, category, color, name, "none", i * 3 + k, "plain")
            tiles.append(_labelled(_image(world, plan), f"{color} {name}".replace("_", " ")))
    _save(tiles, 9, "materials.png")


def places() -> None:
    world = Places(size=224, render="good", objects=[5, 8])
    design = Design(world.factors, {}, seed=2)
    tiles = []
    for i in range(10):
        levels = design[i]
        plan = world.plan(levels, row_rng("gallery", "1", 2, i))
        tiles.append(_labelled(_image(world, plan), str(levels["place"])))
    for k, (text, place) in enumerate(REQUESTS):
        asked = Places(size=224, render="good", relations=[text], places=[place])
        plan = asked.plan(Design(asked.factors, {}, seed=k)[0], row_rng("gallery", "1", 3, k))
        tiles.append(_labelled(_image(asked, plan), f"asked for: {text}"))
    _save(tiles, 4, "places.png")


def moving() -> None:
    world = Moving(
        size=128, frames=7, buffers=["flow_forward"], render="good", categories=["mug", "dog", "cube", "car", "teapot"]
    )
    rows = []
    for k, motion in enumerate(("slides", "turns", "falls", "collides", "hides")):
        design = Design(world.factors, {"where": f"motion == '{motion}'", "fixed": {"size": "large"}}, seed=k)
        plan = world.plan(design[k], row_rng("gallery", "1", 5, k))
        row = world.render([plan]).to_pylist()[0]
        rows += [
            _labelled(decode(frame), f"{motion} {t}" if t else f"{motion}, camera {design[k]['camera_motion']}")
            for t, frame in enumerate(row["frames"])
        ]
        rows.append(_labelled(_wheel(decode_flow(decode(row["flow_forward"][2]))), "flow 2 to 3"))
    _save(rows, 8, "moving.png")


def stickers() -> None:
    tiles = []
    for subjects in ("things", "people"):
        world = Stickers(size=128, subjects=subjects, objects=[1, 4])
        design = Design(world.factors, {}, seed=1)
        for i in range(12):
            plan = world.plan(design[i], row_rng("gallery", "1", 7, i))
            first = plan["stickers"][0]
            words = [first.get("gender", ""), first["category"], first.get("skin_tone", "")]
            tiles.append(_labelled(_image(world, plan), " ".join(w for w in words if w).replace("_", " ")))
    _save(tiles, 8, "stickers.png")


def _plan(world: Tabletop, category: str, color: str, material: str, state: str, index: int, ground: str = "") -> Any:
    levels = {
        "category": category, "color": color, "material": material, "state": state, "size": "large",
        "background": ground or BACKGROUNDS[index % len(BACKGROUNDS)],
    }  # fmt: skip
    plan = world.plan(levels, row_rng("gallery", "1", 0, index))
    eye, target = plan["camera"]["eye"], plan["camera"]["target"]
    azimuth = math.degrees(math.atan2(eye[0] - target[0], target[1] - eye[1]))
    plan["objects"][0]["yaw"] = azimuth + (-35.0, 40.0)[index % 2]  # its front and one side
    return plan


def _image(world: Any, plan: Any) -> np.ndarray:
    return decode(world.render([plan])["image"].to_pylist()[0])


def _wheel(flow: np.ndarray) -> np.ndarray:
    """Flow as colours: hue is direction, strength is length (of the largest)."""
    length = np.linalg.norm(np.nan_to_num(flow), axis=-1)
    turn = np.arctan2(*np.moveaxis(np.nan_to_num(flow), -1, 0)) / (2 * np.pi) + 0.5
    most = length.max() or 1.0
    made = [colorsys.hsv_to_rgb(t, far / most, 1.0) for t, far in zip(turn.ravel(), length.ravel())]
    return (np.array(made).reshape(*length.shape, 3) * 255).astype(np.uint8)


def _labelled(image: np.ndarray, text: str) -> np.ndarray:
    size = image.shape[0]
    canvas = Image.new("RGB", (size, size + LABEL), "white")
    canvas.paste(Image.fromarray(image))
    ImageDraw.Draw(canvas).text((3, size + 2), text[: size // 5], fill="black")
    return np.asarray(canvas)


def _save(tiles: list[np.ndarray], wide: int, name: str) -> None:
    while len(tiles) % wide:
        tiles.append(np.full_like(tiles[0], 255))
    sheet = np.concatenate([np.concatenate(tiles[k : k + wide], axis=1) for k in range(0, len(tiles), wide)], axis=0)
    Image.fromarray(sheet).save(HERE / name, optimize=True)


def main() -> None:
    makers = {f.__name__: f for f in (objects, materials, places, moving, stickers)}
    for name in sys.argv[1:] or makers:
        makers[name]()


if __name__ == "__main__":
    main()
