"""The sticker world: emoji pictures on a background, of things or of people, with exact ground truth.

No real person is shown: every person is artwork, made with the attributes that the row states, so an audit of
representation has an exact answer. Factors describe object 0, the subject; it is never covered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed import registry
from seedbed.dataset.images import FORMATS, encode
from seedbed.dataset.schema import SCENE
from seedbed.errors import UsageError, nearest
from seedbed.worlds.base import Factor, Plan
from seedbed.worlds.objects.draw import chosen_levels, object_range
from seedbed.worlds.objects.draws import Draws
from seedbed.worlds.objects.truth import box_of
from seedbed.worlds.stickers.artwork import (
    GENDERS,
    GROUP,
    OCCUPATIONS,
    TONES,
    person_code,
    picture,
    source,
    thing_code,
)

HERE = "world stickers"
SUBJECTS = ("things", "people")
SIZES = {"small": 0.2, "large": 0.34}  # of the picture's side
BACKGROUNDS = ("plain", "gradient", "dots", "stripes")
PLACES = ("left", "centre", "right")
MARGIN = 0.08  # of the side: relations between centres are stated from here on
COVERED = 0.4  # of another sticker, at most
MOST = 8


@registry.register("world", "stickers")
class Stickers:
    """Options: `subjects` (things or people), `objects` (a number or [low, high], 1..8), `size` pixels (48..1024),
    `categories` (a part of the things or occupations), `buffers` (instance_mask), `encoding`.
    """

    name = "stickers"
    version = "1"
    licence = "CC-BY-4.0"

    def __init__(
        self,
        *,
        subjects: str = "things",
        objects: int | Sequence[int] = 1,
        size: int = 128,
        categories: Sequence[str] | None = None,
        buffers: Sequence[str] = (),
        encoding: str = "png",
    ) -> None:
        if subjects not in SUBJECTS:
            raise UsageError(f"no subjects '{subjects}'", where=HERE, hint=nearest(str(subjects), SUBJECTS))
        if not isinstance(size, int) or not 48 <= size <= 1024:
            raise UsageError(f"size is {size}", where=HERE, hint="give whole pixels from 48 to 1024")
        if encoding not in FORMATS:
            raise UsageError(f"no encoding '{encoding}'", where=HERE, hint=nearest(str(encoding), FORMATS))
        self.buffers = tuple([buffers] if isinstance(buffers, str) else buffers)
        for name in self.buffers:
            if name != "instance_mask":
                raise UsageError(f"no buffer '{name}'", where=HERE, hint="instance_mask is the only one")
        self.objects = object_range(objects, MOST, HERE)
        self.people, self.size, self.encoding = subjects == "people", size, encoding
        known = OCCUPATIONS if self.people else tuple(GROUP)
        self.categories = chosen_levels("categories", categories, known, HERE)
        person = (
            Factor("gender", tuple(GENDERS), "the gender the picture was made with"),
            Factor("skin_tone", tuple(TONES), "its Fitzpatrick type"),
        )
        self.factors = (
            Factor("category", self.categories, "the occupation" if self.people else "what the subject is"),
            *(person if self.people else ()),
            Factor("size", tuple(SIZES), "its share of the picture"),
            Factor("place", PLACES, "which third of the picture its centre is in"),
            Factor("background", BACKGROUNDS, "what is behind"),
        )

    @property
    def schema(self) -> pa.Schema:
        """image, scene (2D: positions and dimensions in pixels), artwork (files and their source), buffers."""
        extra = [pa.field(name, pa.binary()) for name in self.buffers]
        artwork = pa.field("artwork", pa.list_(pa.string()))
        return pa.schema([pa.field("image", pa.binary()), pa.field("scene", SCENE), artwork, *extra])

    def plan(self, levels: Mapping[str, Any], rng: np.random.Generator) -> Plan:
        """Stickers with their whole-pixel places, the subject last on the pile (in front)."""
        draws = Draws(rng)
        count = draws.integer(*self.objects)
        stickers: list[dict[str, Any]] = [self._sticker(levels, draws, str(levels["place"]), [])]
        for _ in range(count - 1):
            other = {f.name: draws.pick(f.levels) for f in self.factors}
            stickers.append(self._sticker(other, draws, str(other["place"]), stickers))
        low = [draws.integer(150, 245) for _ in range(3)]
        high = [min(255, max(120, c + draws.integer(-60, 25))) for c in low]
        return {
            "stickers": stickers,
            "background": str(levels["background"]),
            "colors": [low, high],
            "step": draws.integer(8, 20),
        }

    def _sticker(self, levels: Mapping[str, Any], draws: Draws, place: str, others: Sequence[Any]) -> dict[str, Any]:
        side = round(self.size * SIZES[str(levels["size"])] * draws.uniform(0.92, 1.08))
        code = (
            person_code(str(levels["category"]), str(levels["gender"]), str(levels["skin_tone"]))
            if self.people
            else thing_code(str(levels["category"]))
        )
        third = PLACES.index(place)
        for attempt in range(30):
            low, high = self.size * third / 3, self.size * (third + 1) / 3
            x = round(min(max(draws.uniform(low + 1, high - 1), side / 2), self.size - side / 2) - side / 2)
            y = round(draws.uniform(0, self.size - side))
            covered = [_share(x, y, side, o) for o in others]
            if all(c <= (0.0 if attempt < 15 else COVERED) for c in covered) and third == _third(
                x + side / 2, self.size
            ):
                break
        named = ("category", "gender", "skin_tone") if self.people else ("category",)
        return {
            **{name: str(levels[name]) for name in named},
            "size": str(levels["size"]),
            "code": code,
            "x": x,
            "y": y,
            "side": side,
            "mirrored": bool(draws.unit() < 0.5),
        }

    def render(self, plans: Sequence[Plan]) -> pa.RecordBatch:
        """Columns of `schema` for these plans."""
        rows = [self._row(plan) for plan in plans]
        return pa.RecordBatch.from_pydict({n: [row[n] for row in rows] for n in self.schema.names}, schema=self.schema)

    def _row(self, plan: Plan) -> dict[str, Any]:
        canvas = _background(plan, self.size)
        mask = np.zeros((self.size, self.size), np.uint8)
        outlines: list[np.ndarray] = [np.zeros(0)] * len(plan["stickers"])
        for number in reversed(range(len(plan["stickers"]))):  # the subject is pasted last
            sticker = plan["stickers"][number]
            pixels = _scaled(sticker)
            x, y, side = sticker["x"], sticker["y"], sticker["side"]
            here = (slice(y, y + side), slice(x, x + side))
            alpha = pixels[..., 3:].astype(np.uint16)
            canvas[here] = (pixels[..., :3] * alpha + canvas[here] * (255 - alpha) + 127) // 255
            outline = np.zeros_like(mask, bool)
            outline[here] = pixels[..., 3] > 127
            mask[outline] = number + 1
            outlines[number] = outline
        row = {
            "image": encode(canvas, self.encoding),
            "scene": _scene(plan, mask, outlines, self.size),
            "artwork": [f"{s['code']}.png of {source()}, CC BY 4.0" for s in plan["stickers"]],
        }
        if self.buffers:
            row["instance_mask"] = encode(mask)
        return row


def _scaled(sticker: Mapping[str, Any]) -> np.ndarray:
    """The picture at its size, (side, side, 4): areas are averaged, with colours weighted by their opacity."""
    from PIL import Image

    image = Image.fromarray(picture(sticker["code"])).convert("RGBa")
    image = image.resize((sticker["side"], sticker["side"]), Image.Resampling.LANCZOS).convert("RGBA")
    pixels = np.asarray(image)
    return pixels[:, ::-1] if sticker["mirrored"] else pixels


def _background(plan: Plan, size: int) -> np.ndarray:
    low, high = (np.array(c, np.int32) for c in plan["colors"])
    y, x = np.mgrid[0:size, 0:size]
    kind, step = plan["background"], plan["step"]
    if kind == "gradient":
        share = (y * 256 // size)[..., None]
    elif kind == "dots":
        share = np.where((x % step - step // 2) ** 2 + (y % step - step // 2) ** 2 < (step // 4) ** 2, 256, 0)[
            ..., None
        ]
    elif kind == "stripes":
        share = np.where((x + y) // step % 2 == 0, 256, 0)[..., None]
    else:
        share = np.zeros((size, size, 1), np.int32)
    return ((low * (256 - share) + high * share) // 256).astype(np.uint8)


def _scene(plan: Plan, mask: np.ndarray, outlines: Sequence[np.ndarray], size: int) -> dict[str, Any]:
    objects = []
    for k, sticker in enumerate(plan["stickers"]):
        visible, whole = mask == k + 1, outlines[k]
        shown, every = int(visible.sum()), int(whole.sum())
        x, y, side = sticker["x"], sticker["y"], sticker["side"]
        objects.append(
            {
                "id": k,
                "category": sticker["category"],
                "group": "people" if "gender" in sticker else GROUP[sticker["category"]],
                "color": "none",
                "material": "none",
                "size": sticker["size"],
                "state": "none",
                "parts": [sticker["gender"], sticker["skin_tone"]] if "gender" in sticker else [],
                "position": [x + side / 2, y + side / 2, 0.0],
                "rotation": 0.0,
                "dimensions": [side, side, 0.0],
                "supported_by": -1,
                "bbox_xyxy": box_of(visible),
                "amodal_bbox_xyxy": box_of(whole),
                "visible_pixels": shown,
                "amodal_pixels": every,
                "visibility": shown / every if every else 0.0,
                "depth": float(k),
                "pixel_xy": [x + side / 2, y + side / 2],
            }
        )
    return {
        "objects": objects,
        "relations": _relations(objects, size),
        "camera": {"eye": [0.0] * 3, "target": [0.0] * 3, "fov": 0.0, "width": size, "height": size},
        "background": plan["background"],
    }


def _relations(objects: Sequence[Mapping[str, Any]], size: int) -> list[dict[str, Any]]:
    """left_of and right_of, where centres are at least `MARGIN` of the side apart."""
    found = []
    for a in objects:
        for b in objects:
            across = a["pixel_xy"][0] - b["pixel_xy"][0]
            if a is not b and abs(across) >= MARGIN * size:
                side = "right_of" if across > 0 else "left_of"
                found.append({"subject": a["id"], "predicate": side, "object": b["id"]})
    return found


def _share(x: int, y: int, side: int, other: Mapping[str, Any]) -> float:
    """The share of the smaller of two squares that they have in common."""
    w = min(x + side, other["x"] + other["side"]) - max(x, other["x"])
    h = min(y + side, other["y"] + other["side"]) - max(y, other["y"])
    return max(w, 0) * max(h, 0) / min(side, other["side"]) ** 2


def _third(x: float, size: int) -> int:
    return min(int(3 * x / size), 2)
