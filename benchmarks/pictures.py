"""Real photographs that packages ship, packed as image-text pairs with known faults: `python -m benchmarks.pictures OUT`.

Each photograph (scikit-image, scikit-learn, matplotlib) gives the whole picture and four crops, with a caption written
for it; copies that were scaled or compressed again; boilerplate captions; and files that are no pictures. The licences
are those of the packages' own notes.
"""

from __future__ import annotations

import io
import json
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path

from PIL import Image

SOURCES = {
    "astronaut.png": ("skimage/data", "a smiling astronaut in an orange suit before a flag", "CC0-1.0"),
    "brick.png": ("skimage/data", "a wall of grey bricks seen from the front", "CC0-1.0"),
    "camera.png": ("skimage/data", "a man with a camera on a tripod in a field", "CC0-1.0"),
    "chelsea.png": ("skimage/data", "the face of a ginger cat looking into the camera", "CC0-1.0"),
    "clock_motion.png": ("skimage/data", "a clock on a wall blurred by motion", "CC0-1.0"),
    "coffee.png": ("skimage/data", "a cup of coffee with a spoon on a wooden table", "CC0-1.0"),
    "coins.png": ("skimage/data", "ancient coins laid out in rows on a dark ground", "CC0-1.0"),
    "grass.png": ("skimage/data", "a patch of long grass", "CC0-1.0"),
    "gravel.png": ("skimage/data", "small pebbles and gravel on the ground", "CC0-1.0"),
    "hubble_deep_field.jpg": ("skimage/data", "distant galaxies on a black sky seen by a telescope", "CC0-1.0"),
    "moon.png": ("skimage/data", "the surface of the moon with craters", "CC0-1.0"),
    "motorcycle_left.png": ("skimage/data", "a motorcycle in a garage with tools on the wall", "CC0-1.0"),
    "page.png": ("skimage/data", "a printed page of a book under uneven light", "CC0-1.0"),
    "retina.jpg": ("skimage/data", "the back of an eye with blood vessels", "CC0-1.0"),
    "rocket.jpg": ("skimage/data", "a rocket on a launch pad at night", "CC0-1.0"),
    "china.jpg": ("sklearn/datasets/images", "a chinese temple with curved roofs under a blue sky", "CC-BY-2.0"),
    "flower.jpg": ("sklearn/datasets/images", "a pink flower before green leaves", "CC-BY-2.0"),
    "grace_hopper.jpg": ("matplotlib/mpl-data/sample_data", "an officer in uniform before a flag", "CC0-1.0"),
}


def pack(out: Path, repeats: int = 1) -> dict[str, int]:
    """Write pairs.tar (WebDataset) into `out`; returns how many of each kind."""
    out.mkdir(parents=True, exist_ok=True)
    counts = {"pictures": 0, "crops": 0, "copies": 0, "boilerplate": 0, "broken": 0}
    with tarfile.open(out / "pairs.tar", "w") as tar:
        for number, (name, (place, caption, licence)) in enumerate(sorted(SOURCES.items())):
            path = _home(place) / name
            if not path.is_file():
                continue
            with Image.open(path) as opened:
                picture = opened.convert("RGB")
            picture.thumbnail((768, 768))
            stem = Path(name).stem
            info = {
                "caption": caption,
                "licence": licence,
                "source": place.split("/")[0],
                "url": f"https://photos.example/{stem}.jpg",
            }
            counts["pictures"] += _add(tar, f"{stem}-whole", _jpeg(picture, 92), info)
            for k, box in enumerate(_crops(picture)):
                part = {
                    **info,
                    "caption": f"part {['one', 'two', 'three', 'four'][k]} of {caption}",
                    "url": f"https://photos.example/{stem}/{k}.jpg",
                }
                counts["crops"] += _add(tar, f"{stem}-crop{k}", _jpeg(picture.crop(box), 90), part)
            small = picture.resize((picture.width * 2 // 3, picture.height * 2 // 3))
            copied = {
                **info,
                "caption": f"photo: {caption}",
                "source": "mirror",
                "url": f"https://mirror.example/{stem}.jpg",
            }
            counts["copies"] += _add(tar, f"{stem}-small", _jpeg(small, 60), copied)
            if number % 3 == 0:
                dull = {**info, "caption": f"IMG_{1000 + number}.jpg", "source": "mirror"}
                counts["boilerplate"] += _add(tar, f"{stem}-dull", _jpeg(picture, 30), dull)
        counts["broken"] += _add(
            tar, "broken-0", b"this is no picture", {"caption": "a broken file", "source": "mirror"}
        )
        tiny = Image.new("RGB", (12, 12), (200, 30, 30))
        counts["broken"] += _add(tar, "tiny-0", _jpeg(tiny, 90), {"caption": "a tracking pixel", "source": "mirror"})
    return counts


def _home(place: str) -> Path:
    package, _, rest = place.partition("/")
    found = find_spec(package)
    return Path(found.origin).parent / rest if found and found.origin else Path("missing")


def _crops(picture: Image.Image) -> list[tuple[int, int, int, int]]:
    w, h = picture.size
    half, tall = w * 11 // 20, h * 11 // 20
    return [(x, y, x + half, y + tall) for x in (0, w - half) for y in (0, h - tall)]


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, key: str, image: bytes, info: dict[str, str]) -> int:
    for name, data in ((f"{key}.jpg", image), (f"{key}.json", json.dumps(info).encode())):
        member = tarfile.TarInfo(name)
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return 1


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "pictures")
    print(f"{target / 'pairs.tar'}: {pack(target)}")
