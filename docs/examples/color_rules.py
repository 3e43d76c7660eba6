"""Labelling functions for the colour of the main object of a tabletop picture: rules that may be wrong or silent.

seedbed generate tabletop --rows 800 --seed 0 --set size=32 --set 'objects=[1,3]' --captions alt,dense,relational \
    --where "color in ['red', 'green', 'blue', 'yellow']" --out data/colors
seedbed label data/colors --functions docs/examples/color_rules.py --labels red,green,blue,yellow --gold color
"""

import colorsys

from seedbed.dataset.images import decode

READS = ["captions", "image"]
COLORS = ["red", "green", "blue", "yellow"]


def _first(text, words=COLORS):
    found = [word for word in text.lower().replace(",", " ").replace(".", " ").split() if word in words]
    return found[0] if found else None


def _caption(row, style):
    return next(caption["text"] for caption in row["captions"] if caption["style"] == style)


def alt_text(row):
    """Web alt text names the main object, and often leaves its colour out."""
    return _first(_caption(row, "alt"))


def dense_caption(row):
    """A dense caption describes every object: the first colour of ours may be another object's."""
    return _first(_caption(row, "dense"))


def relation_second(row):
    """'A green bench is behind a red lamp': here the second object is taken for the main one."""
    return _first(_caption(row, "relational").partition(" a ")[2])


def hue_of_pixels(row):
    """The most frequent hue among saturated pixels in the middle of the picture."""
    pixels = decode(row["image"])
    side = len(pixels)
    middle = pixels[side // 4 : -side // 4, side // 4 : -side // 4].reshape(-1, 3) / 255
    counts = dict.fromkeys(COLORS, 0)
    for red, green, blue in middle:
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        if saturation > 0.5 and value > 0.2:
            degrees = 360 * hue
            for name, low, high in [("yellow", 40, 70), ("green", 80, 160), ("blue", 200, 250)]:
                counts[name] += low <= degrees <= high
            counts["red"] += degrees <= 15 or degrees >= 345
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= 8 else None


def yellow_things(row):
    """What one knows of the world: wrong here, where every object comes in every colour."""
    known = ("banana", "lemon", "duck", "cheese", "pencil", "star", "bus", "chair", "lamp", "lightbulb")
    return "yellow" if any(word in _caption(row, "dense") for word in known) else None
