"""Exports, each read back by the tool it is for (or by a reader of the format)."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from seedbed.cli import cli
from seedbed.dataset.dataset import Dataset
from seedbed.dataset.images import decode
from seedbed.dataset.rle import rle, unrle
from seedbed.errors import UsageError
from seedbed.run.export import export
from seedbed.run.generate import generate

FEW = Path(__file__).parents[1] / "data" / "few_families.yaml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    buffers = ["instance_mask", "part_mask", "semantic_mask", "depth", "normals", "coordinates", "amodal_masks"]
    return generate(
        "places",
        rows=10,
        out=tmp_path_factory.mktemp("x") / "d",
        size=64,
        render="turbo",
        buffers=buffers,
        questions=str(FEW),
    )


@pytest.mark.filterwarnings("ignore")
def test_coco_is_read_by_pycocotools(made: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pycocotools.coco import COCO

    export(made.path, to="coco", out=tmp_path / "coco")
    coco = COCO(tmp_path / "coco" / "annotations.json")
    capsys.readouterr()
    seen = 0
    for row, image in zip(made.table().to_pylist(), coco.loadImgs(coco.getImgIds())):
        assert (tmp_path / "coco" / "images" / image["file_name"]).read_bytes() == row["image"]
        mask = decode(row["instance_mask"])[..., 0]
        shown = [o for o in row["scene"]["objects"] if o["visible_pixels"]]
        found = coco.loadAnns(coco.getAnnIds(imgIds=[image["id"]]))
        assert len(found) == len(shown)
        for annotation, thing in zip(found, shown):
            assert np.array_equal(coco.annToMask(annotation).astype(bool), mask == thing["id"] + 1)
            assert coco.loadCats([annotation["category_id"]])[0]["name"] == thing["category"]
            x, y, w, h = annotation["bbox"]
            assert [x, y, x + w, y + h] == thing["bbox_xyxy"] and annotation["area"] == thing["visible_pixels"]
            seen += 1
    assert seen > 30


def test_run_length_text_is_the_reference_implementations() -> None:
    from pycocotools import mask as reference

    rng = np.random.default_rng(0)
    for shape in ((1, 1), (5, 7), (64, 48), (200, 3)):
        for share in (0.0, 0.02, 0.5, 0.98, 1.0):
            mask = rng.random(shape) < share
            text = reference.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()
            assert rle(mask) == text
            assert np.array_equal(unrle(text, *shape), mask)


def test_stored_amodal_masks_hold_the_visible_ones(made: Dataset) -> None:
    for row in made.table().to_pylist():
        mask = decode(row["instance_mask"])[..., 0]
        for thing, text in zip(row["scene"]["objects"], row["amodal_masks"]):
            whole = unrle(text, 64, 64)
            assert whole.sum() == thing["amodal_pixels"] and (whole | (mask != thing["id"] + 1)).all()


def test_yolo_boxes(made: Dataset, tmp_path: Path) -> None:
    import yaml

    export(made.path, to="yolo", out=tmp_path / "yolo")
    names = yaml.safe_load((tmp_path / "yolo" / "data.yaml").read_text())["names"]
    for k, row in enumerate(made.table().to_pylist()):
        lines = (tmp_path / "yolo" / "labels" / f"{k:08d}.txt").read_text().splitlines()
        shown = [o for o in row["scene"]["objects"] if o["visible_pixels"]]
        assert len(lines) == len(shown)
        for line, thing in zip(lines, shown):
            number, cx, cy, w, h = (float(v) for v in line.split())
            assert names[int(number)] == thing["category"]
            box = np.array([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2]) * 64
            assert np.allclose(box, thing["bbox_xyxy"], atol=1e-3)


def test_clevr_relations_are_mirrored(made: Dataset, tmp_path: Path) -> None:
    export(made.path, to="clevr", out=tmp_path / "clevr")
    scenes = json.loads((tmp_path / "clevr" / "scenes.json").read_text())["scenes"]
    assert len(scenes) == 10
    for scene in scenes:
        sides = scene["relationships"]
        right = np.array(scene["directions"]["right"])
        for i, found in enumerate(sides["left"]):
            for j in found:  # j is left of i, so i is right of j
                assert i in sides["right"][j]
                offset = np.subtract(scene["objects"][j]["3d_coords"], scene["objects"][i]["3d_coords"])
                assert offset @ right < 0


@pytest.mark.filterwarnings("ignore")
def test_webdataset_is_read_by_webdataset_and_is_reproducible(made: Dataset, tmp_path: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    for name in ("one", "two"):
        export(made.path, to="webdataset", out=tmp_path / name)
    first, second = (tmp_path / n / "000000.tar" for n in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    rows = list(webdataset.WebDataset(str(first), shardshuffle=False))
    kept = made.table().to_pylist()
    assert [r["__key__"] for r in rows] == [f"{k:08d}" for k in range(10)]
    for row, want in zip(rows, kept):
        assert row["png"] == want["image"] and row["depth.png"] == want["depth"]
        assert json.loads(row["json"])["caption"] == want["caption"]
    with tarfile.open(first) as tar:
        assert all(member.mtime == 0 for member in tar)


@pytest.mark.filterwarnings("ignore")
def test_huggingface_loads_pictures(made: Dataset, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    export(made.path, to="huggingface", out=tmp_path / "hf")
    loaded = datasets.load_dataset(
        "parquet", data_dir=str(tmp_path / "hf" / "data"), split="train", cache_dir=str(tmp_path / "cache")
    )
    kept = made.table().to_pylist()
    assert len(loaded) == 10 and isinstance(loaded.features["image"], datasets.Image)
    for row, want in zip(loaded, kept):
        assert np.array_equal(np.asarray(row["image"]), decode(want["image"]))
        assert row["caption"] == want["caption"] and row["scene"]["objects"][0]["category"] == want["category"]


def test_gltf_opens_in_trimesh(made: Dataset, tmp_path: Path) -> None:
    import trimesh

    export(made.path, to="gltf", out=tmp_path / "gltf")
    for row in made.table().to_pylist()[:4]:
        scene = trimesh.load_scene(tmp_path / "gltf" / f"{row['index']:08d}.glb")
        nodes = {n for n in scene.graph.nodes if str(n).startswith("object_")}
        assert {f"object_{k}" for k in range(len(row["scene"]["objects"]))} <= {
            str(n).rsplit("_part")[0] for n in nodes
        }
        assert len(scene.geometry) >= len(row["scene"]["objects"])
        for k, thing in enumerate(row["scene"]["objects"]):
            parts = [g for g in scene.graph.nodes_geometry if str(g).startswith(f"object_{k}")]
            points = []
            for part in parts:
                pose, geometry = scene.graph[part]
                points.append(trimesh.transform_points(scene.geometry[geometry].vertices, pose))
            every = np.concatenate(points)
            assert every[:, 1].min() == pytest.approx(thing["position"][2], abs=2e-3)  # z up became y up
            assert np.ptp(every[:, 1]) == pytest.approx(thing["dimensions"][2], abs=2e-3)
            material = scene.geometry[scene.graph[parts[0]][1]].visual.material
            assert material.baseColorFactor is not None


def test_passes_hold_depth_in_metres(made: Dataset, tmp_path: Path) -> None:
    import OpenEXR

    export(made.path, to="passes", out=tmp_path / "p")
    for k, row in enumerate(made.table().to_pylist()[:3]):
        with OpenEXR.File(str(tmp_path / "p" / f"{k:08d}" / "depth.exr")) as file:
            depth = file.channels()["Z"].pixels
        stored = decode(row["depth"])[..., 0]
        assert np.allclose(depth[stored < 65535], stored[stored < 65535] / 1000, atol=1e-5)
        assert np.array_equal(
            decode((tmp_path / "p" / f"{k:08d}" / "part_mask.png").read_bytes()), decode(row["part_mask"])
        )


def test_what_cannot_be_exported_is_refused(made: Dataset, glyphs: Dataset, tmp_path: Path) -> None:
    for source, form, message in (
        (made, "cocoo", "did you mean 'coco'"),
        (glyphs, "coco", "needs the column 'scene'"),
        (glyphs, "gltf", "needs the column 'scene'"),
    ):
        with pytest.raises(UsageError, match=message):
            export(source.path, to=form, out=tmp_path / "no")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        export(made.path, to="coco", out=tmp_path / "full")


def test_the_verb(made: Dataset, tmp_path: Path) -> None:
    from click.testing import CliRunner

    done = CliRunner().invoke(cli, ["export", str(made.path), "--to", "yolo", "--out", str(tmp_path / "y"), "--json"])
    assert done.exit_code == 0 and json.loads(done.output)["images"] == 10
    facts = json.loads((tmp_path / "y" / "seedbed.json").read_text())
    assert facts["licences"] == ["CC0-1.0"] and facts["fingerprint"]
