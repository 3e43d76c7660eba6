"""Operators of images, on real photographs: what they find, what they leave null, what does not change them."""

from __future__ import annotations

import io
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from seedbed import registry
from seedbed.curate.images.faces import blur_faces
from seedbed.curate.images.image_text import is_generic
from seedbed.curate.images.near import blocks_of, hamming, near_pairs
from seedbed.curate.images.perceptual_hash import hashes
from seedbed.errors import UsageError

BAD = [None, b"", b"not an image", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"]


def photo(name: str) -> Image.Image:
    if name == "hopper":
        matplotlib = pytest.importorskip("matplotlib", reason="the photograph is in matplotlib")
        path = Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"
    else:
        datasets = pytest.importorskip("sklearn.datasets", reason="the photograph is in scikit-learn")
        path = Path(datasets.__file__).parent / "images" / f"{name}.jpg"
    return Image.open(path).convert("RGB")


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def run(name: str, images: list[bytes | None], **options: object) -> dict[str, list]:
    table = pa.table({"image": pa.array(images, pa.binary())})
    return {k: v.to_pylist() for k, v in registry.get("operator", name)(**options).run(table).items()}


@pytest.mark.parametrize("name", ["image_size", "image_quality", "perceptual_hash"])
def test_bad_rows_are_null_and_types_do_not_depend_on_rows(name: str) -> None:
    good = encoded(photo("china"))
    operator = registry.get("operator", name)()
    types = []
    for rows in ([good, *BAD, good], BAD, []):
        made = operator.run(pa.table({"image": pa.array(rows, pa.binary())}))
        assert list(made) == list(operator.writes)
        types.append([str(column.type) for column in made.values()])
        for column in made.values():
            assert column.to_pylist()[1:-1] == [None] * (len(rows) - 2 if rows else 0)
    assert types[0] == types[1] == types[2]


def test_size_needs_the_header_alone() -> None:
    wide = encoded(Image.new("RGB", (300, 100)), "PNG")
    made = run("image_size", [wide, encoded(photo("china"))[:2000]])
    assert made["score.width"] == [300, 640] and made["score.height"] == [100, 427]
    assert made["score.aspect"][0] == 3 and made["score.megapixels"][0] == pytest.approx(0.03)


def test_quality_orders_what_was_done_to_a_photograph() -> None:
    image = photo("china")
    soft = [encoded(image.filter(ImageFilter.GaussianBlur(r)), quality=95) for r in (0, 2, 6)]
    made = run(
        "image_quality",
        [*soft, encoded(image.point(lambda v: v // 4)), encoded(image.point(lambda v: min(255, v * 3)))],
    )
    sharp, softer, softest, *_ = made["score.blur"]
    assert sharp > 3 * softer > 9 * softest
    light = made["score.exposure"]
    assert light[3] < light[0] / 3 < light[4] and made["score.clipped"][4] > 0.2 > made["score.clipped"][0]
    assert made["score.contrast"][3] < made["score.contrast"][0]
    flat = run("image_quality", [encoded(Image.new(mode, (40, 40)), "PNG") for mode in ("L", "1", "P", "I;16")])
    assert flat["score.blur"] == [0] * 4 and flat["score.clipped"] == [1] * 4
    clear = run(
        "image_quality",
        [encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"), encoded(Image.new("L", (2, 2)), "PNG")],
    )
    assert clear["score.exposure"] == [1, 0] and clear["score.blur"][1] is None


@pytest.mark.parametrize("name", ["china", "flower", "hopper"])
def test_hashes_survive_scale_and_quality(name: str) -> None:
    image = photo(name)
    base = hashes([encoded(image, "PNG")])[0].as_py()
    for scale in (1.5, 1, 0.5, 0.25):
        small = image.resize((int(image.width * scale), int(image.height * scale)), Image.Resampling.LANCZOS)
        copies = [encoded(small, quality=q) for q in (90, 50, 25)] + [encoded(small, "WEBP", quality=60)]
        assert max(int(hamming(base, h)) for h in hashes(copies).to_pylist()) <= 6, scale


def test_other_pictures_are_far_and_flat_ones_have_no_hash() -> None:
    found = hashes([encoded(photo(name)) for name in ("china", "flower", "hopper")])
    assert found.type == pa.uint64()
    assert min(int(hamming(a, b)) for a, b in combinations(found.to_pylist(), 2)) > 16
    assert hashes([encoded(Image.new("RGB", (64, 64), "red")), None]).to_pylist() == [None, None]


def test_the_hash_is_the_documented_one() -> None:
    from scipy.fft import dctn

    luma = np.asarray(photo("china").convert("L").resize((32, 32), Image.Resampling.BOX))
    low = dctn(luma.astype(float), norm="ortho")[1:9, 1:9].ravel()
    wanted = sum(1 << k for k in range(64) if low[k] > np.median(low))
    assert hashes([encoded(Image.fromarray(luma), "PNG")])[0].as_py() == wanted


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 12), st.integers(0, 300))
def test_the_join_finds_what_comparing_all_does(seed: int, radius: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 2**64, count, dtype=np.uint64)
    for k in range(count // 2):  # half are near copies, some of them equal
        flips = rng.choice(64, rng.integers(0, 14), replace=False).astype(np.uint64)
        values[k] = values[rng.integers(count)] ^ np.bitwise_or.reduce(np.uint64(1) << flips, initial=np.uint64(0))
    left, right, distance = near_pairs(values, radius)
    every = np.triu(hamming(values[:, None], values[None]) <= radius, 1)
    assert [*zip(left, right)] == [*zip(*np.nonzero(every))]
    assert np.array_equal(distance, hamming(values[left], values[right]))


def test_the_join_is_fast_and_its_blocks_leave_nothing_out() -> None:
    import time

    values = np.random.default_rng(1).integers(0, 2**64, 200_000, dtype=np.uint64)
    values[1::1000] = values[::1000] ^ np.uint64(0b10110)
    start = time.process_time()
    left, right, _ = near_pairs(values, 6)
    assert time.process_time() - start < 8 and {(k, k + 1) for k in range(0, 200_000, 1000)} <= {*zip(left, right)}
    for count in (10, 10**4, 10**6, 10**8):
        for radius in range(1, 13):
            blocks = blocks_of(count, radius)
            assert sum(r + 1 for _, _, r in blocks) == radius + 1 and all(r >= 0 for *_, r in blocks)
            assert all(a + bits <= b for (a, bits, _), (b, *_) in pairwise(blocks))
    with pytest.raises(UsageError, match="0 to 16"):
        near_pairs(values, 17)


@pytest.fixture(scope="module")
def hopper() -> tuple[bytes, dict[str, list]]:
    """A photograph with one face, turned by its EXIF, and what is found in it beside others."""
    for package in ("nudenet", "onnxruntime"):
        pytest.importorskip(package, reason="the detector is not installed")
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(photo("hopper").transpose(Image.Transpose.ROTATE_90), quality=95, exif=exif.tobytes())
    rows = [encoded(photo("hopper"), quality=95), turned, encoded(photo("flower")), *BAD]
    return turned, run("nsfw_and_faces", rows)


def test_faces_are_counted_and_nothing_is_said_of_them(hopper: tuple[bytes, dict[str, list]]) -> None:
    found = hopper[1]
    assert found["score.faces"][:4] == [1, 1, 0, None] and found["score.faces"][4:] == [None] * 4
    (x1, y1, x2, y2), (u1, v1, u2, v2) = found["face_boxes"][0][0], found["face_boxes"][1][0]
    assert 140 < x1 < 200 and 110 < y1 < 170 and 330 < x2 < 390 and 310 < y2 < 370  # where the face is
    assert np.allclose([u1, v1, u2, v2], [y1, 512 - x2, y2, 512 - x1], atol=8)  # the same face, as stored
    assert found["score.face"][0] > 0.5 and found["score.face"][2] is None
    assert max(found["score.nsfw"][:3]) < 0.2 and found["score.nsfw"][3] is None
    assert not any(word in repr(found).lower() for word in ("female", "male", "gender"))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_blurred_face_keeps_no_detail(form: str) -> None:
    box = (169, 142, 359, 341)
    data = encoded(photo("hopper"), form)
    out = blur_faces(data, [box])
    after = Image.open(io.BytesIO(out))
    assert after.format == form and after.size == (512, 600)
    before = np.asarray(Image.open(io.BytesIO(data)).convert("L"), float)[142:341, 169:359]
    inside = np.asarray(after.convert("L"), float)[142:341, 169:359]
    assert high_frequencies(inside) < (0.02 if form != "GIF" else 0.15) * high_frequencies(before)
    outside = (
        np.asarray(after.convert("L"), int)[450:] - np.asarray(Image.open(io.BytesIO(data)).convert("L"), int)[450:]
    )
    assert np.abs(outside).mean() < 3


def high_frequencies(pixels: np.ndarray) -> float:
    """Energy above an eighth of the sampling rate."""
    spectrum = np.abs(np.fft.fft2(pixels - pixels.mean())) ** 2
    v, u = np.meshgrid(*(np.abs(np.fft.fftfreq(n)) for n in pixels.shape), indexing="ij")
    return float(spectrum[np.maximum(u, v) > 1 / 8].sum())


def test_blurring_drops_the_thumbnail_and_keeps_the_turn(hopper: tuple[bytes, dict[str, list]]) -> None:
    data, found = hopper
    out = blur_faces(data, found["face_boxes"][1])
    exif = Image.open(io.BytesIO(out)).getexif()
    assert dict(exif) == {0x0112: 6}
    assert run("faces", [out])["score.faces"] == [0]
    for boxes in ([(-50, -50, 5, 5)], [(600, 700, 900, 900)], [(10, 10, 10, 10)], []):
        assert Image.open(io.BytesIO(blur_faces(data, boxes))).size == (600, 512)
    with pytest.raises(UsageError, match="cannot be blurred"):
        blur_faces(b"no", [(0, 0, 1, 1)])


def test_text_in_images_is_read_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("rapidocr", "onnxruntime"):
        pytest.importorskip(package, reason="the reader is not installed")
    import socket

    monkeypatch.setattr(socket, "socket", None)  # whatever opens a connection fails
    page = Image.new("RGB", (400, 120), "white")
    ImageDraw.Draw(page).text((20, 30), "Hello seedbed", fill="black", font=ImageFont.load_default(40))
    made = run("text_in_image", [encoded(page, "PNG"), None, b"bad"])
    assert "seedbed" in made["image_text"][0] and made["image_text"][1:] == [None, None]
    assert 0.05 < made["score.text_area"][0] < 0.6 and made["score.text_area"][1:] == [None, None]


def test_a_reader_without_networks_is_refused_in_one_line(tmp_path: Path) -> None:
    from seedbed.curate.images.text_in_image import covered, networks

    with pytest.raises(UsageError, match="holds no network .*; pip install"):
        networks(tmp_path)
    square = np.array([[[0, 0], [50, 0], [50, 100], [0, 100]]], float)
    assert covered(np.concatenate([square, square]), 100, 100) == pytest.approx(0.5, abs=0.01)


def test_captions() -> None:
    boilerplate = [
        "image", "Image 3", "IMG_1234.jpg", "DSC00042", "photo of", "Untitled", "untitled (2)", "alt text", "Photo 3 of 7",
        "No image available", "screenshot 2021-03-04 at 10.22.31", "https://example.com/a", "12345", "", "...", "my cat.PNG",
        "logo", "[image]", "click to enlarge", "Image may contain", "d41d8cd98f00b204e9800998ecf8427e", "null", "A picture",
    ]  # fmt: skip
    telling = [
        "a red image of a barn", "photo of a dog on a beach", "Picture of Dorian Gray", "DSC members meeting in Budapest",
        "Logo of the Budapest zoo", "three cats", "P 3 cats on a mat", "Mount Fuji, 1998", "The title of the book", "cat",
    ]  # fmt: skip
    assert [t for t in boilerplate if not is_generic(t)] == [] and [t for t in telling if is_generic(t)] == []
    made = registry.get("operator", "captions")().run(pa.table({"caption": ["two  words ", None, "image"]}))
    assert made["score.caption_words"].to_pylist() == [2, None, 1]
    assert made["score.caption_characters"].to_pylist() == [10, None, 5]
    assert made["score.caption_generic"].to_pylist() == [0, None, 1]


def test_similarity_is_any_scorer_and_a_bad_row_is_its_own() -> None:
    def scorer(images: list[bytes], texts: list[str]) -> list[float]:
        if b"bad" in images:
            raise ValueError("cannot decode")
        return [float("nan") if text == "?" else len(image) / len(text) for image, text in zip(images, texts)]

    table = pa.table({"image": [b"1234", b"bad", None, b"12", b"12"], "caption": ["ab", "ab", "ab", None, "?"]})
    made = registry.get("operator", "image_text")(scorer=scorer).run(table)
    assert made["score.similarity"].to_pylist() == [2, None, None, None, None]
    with pytest.raises(UsageError, match="no scorer"):
        registry.get("operator", "image_text")()
    with pytest.raises(UsageError, match="2 scores for 1 pairs"):
        registry.get("operator", "image_text")(scorer=lambda i, t: [1.0, 2.0]).run(table.slice(0, 1))
