"""CLEVR: `images/`, `scenes.json`, `questions.json` (Johnson et al. 2017), relations as the scene graph states them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seedbed.dataset.files import write_json
from seedbed.registry import register
from seedbed.run.export.base import Exporter, rows, write_image
from seedbed.run.export.clevr_programs import clevr_question, confused

if TYPE_CHECKING:
    from seedbed.dataset import Dataset

SIDES = {"left": "left_of", "right": "right_of", "front": "in_front_of", "behind": "behind"}


@register("exporter", "clevr")
class Clevr(Exporter):
    """`relationships[side][i]` lists the objects that stand on that side of object i (with a margin: see worlds).

    Questions that CLEVR's functions cannot express are left out and counted, and so are those in which its engine would
    take one word for another: it compares by substrings (`car` fits `carrot`).
    """

    needs = ("image", "scene")

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        (folder / "images").mkdir()
        scenes: list[dict[str, Any]] = []
        questions: list[dict[str, Any]] = []
        asked = 0
        for row in rows(dataset, ("image", "scene", "split", "questions")):
            name = write_image(folder / "images", row)
            where = {"image_index": row["number"], "image_filename": name, "split": row.get("split")}
            scenes.append({**_scene(_visible(row["scene"]) if row.get("questions") else row["scene"]), **where})
            for q in row.get("questions") or ():
                asked += 1
                made = clevr_question(q)
                if made is not None and not confused(made, scenes[-1]["objects"]):
                    questions.append({**made, **where, "question_index": len(questions)})
        write_json(folder / "scenes.json", {"info": {"source": "Seedbed"}, "scenes": scenes})
        written = {"images": len(scenes), "objects": sum(len(s["objects"]) for s in scenes)}
        if not asked:
            return written
        families = sorted({q["question_family"] for q in questions})
        for q in questions:
            q["question_family_index"] = families.index(q["question_family"])
        write_json(
            folder / "questions.json", {"info": {"source": "Seedbed", "families": families}, "questions": questions}
        )
        return {**written, "questions": len(questions), "questions_left_out": asked - len(questions)}


def _visible(scene: dict[str, Any]) -> dict[str, Any]:
    """The scene without objects that can hardly be seen: questions are about the others."""
    from seedbed.language import Scenes

    clear = Scenes([scene]).clear[0]
    kept = [k for k in range(len(scene["objects"])) if clear[k]]
    place = {k: number for number, k in enumerate(kept)}
    relations = [
        {**r, "subject": place[r["subject"]], "object": place[r["object"]]}
        for r in scene["relations"] or []
        if r["subject"] in place and r["object"] in place
    ]
    return {**scene, "objects": [scene["objects"][k] for k in kept], "relations": relations}


def _scene(scene: dict[str, Any]) -> dict[str, Any]:
    objects = [
        {
            "shape": o["category"],
            "color": o["color"],
            "material": o["material"],
            "size": o["size"],
            "3d_coords": o["position"],
            "rotation": o["rotation"],
            "pixel_coords": [*o["pixel_xy"], o["depth"]],
        }
        for o in scene["objects"]
    ]
    relations = scene["relations"] or []
    sides = {
        side: [
            sorted(r["subject"] for r in relations if r["predicate"] == predicate and r["object"] == k)
            for k in range(len(objects))
        ]
        for side, predicate in SIDES.items()
    }
    return {"objects": objects, "relationships": sides, "directions": _directions(scene["camera"])}


def _directions(camera: dict[str, Any]) -> dict[str, list[float]]:
    ahead = np.array(camera["target"], float) - np.array(camera["eye"], float)
    ahead[2] = 0.0
    length = float(np.linalg.norm(ahead))
    ahead = ahead / length if length else np.array([0.0, 1.0, 0.0])
    right = np.array([ahead[1], -ahead[0], 0.0])
    made = {"behind": ahead, "front": -ahead, "right": right, "left": -right, "above": [0, 0, 1], "below": [0, 0, -1]}
    return {name: [float(v) for v in way] for name, way in made.items()}
