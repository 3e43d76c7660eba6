"""glTF 2.0: one binary file (.glb) a scene, with its camera, meshes and the base colours of their materials.

The geometry is made again from the row's program: no mesh is stored in the dataset. Seedbed's z is up; the root
node turns it to glTF's y.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seedbed.errors import UsageError
from seedbed.registry import register
from seedbed.run.export.base import Exporter, rows

if TYPE_CHECKING:
    from seedbed.dataset import Dataset
    from seedbed.worlds.render.scene import Thing

FLOAT, UINT = 5126, 5125
MOST = 1000  # scenes written at once


@register("exporter", "gltf")
class Gltf(Exporter):
    """Rows of the 3D worlds (tabletop, places)."""

    needs = ("scene", "index")

    def write(self, dataset: Dataset, folder: Path) -> dict[str, Any]:
        from seedbed.run.generate import plan_of
        from seedbed.worlds.objects.picture import render_thing

        job = dataset.lineage.get("job")
        if not job or job["program"]["world"] not in ("tabletop", "places"):
            raise UsageError(
                "only generated rows of the worlds tabletop and places have meshes", where=str(dataset.path)
            )
        if len(dataset) > MOST:
            raise UsageError(f"{len(dataset)} scenes", where=str(dataset.path), hint=f"{MOST} at most: take a part")
        written = 0
        for row in rows(dataset, ("index",)):
            plan = plan_of(job["program"], job["seed"], row["index"])
            data = glb([render_thing(thing) for thing in plan["objects"]], plan["camera"])
            (folder / f"{row['index']:08d}.glb").write_bytes(data)
            written += 1
        return {"scenes": written}


def glb(things: list[Thing], camera: Mapping[str, Any]) -> bytes:
    """A scene as binary glTF."""
    made = _Writer()
    for k, thing in enumerate(things):
        made.thing(f"object_{k}", thing)
    made.camera(camera)
    return made.bytes()


class _Writer:
    def __init__(self) -> None:
        self.blob = bytearray()
        self.parts: dict[str, list[Any]] = {n: [] for n in ("bufferViews", "accessors", "meshes", "materials", "nodes")}

    def accessor(self, values: np.ndarray, component: int, kind: str, bounds: bool = False) -> int:
        data = np.ascontiguousarray(values).tobytes()
        self.parts["bufferViews"].append({"buffer": 0, "byteOffset": len(self.blob), "byteLength": len(data)})
        self.blob += data + b"\0" * (-len(data) % 4)
        entry: dict[str, Any] = {
            "bufferView": len(self.parts["bufferViews"]) - 1, "componentType": component,
            "count": len(values), "type": kind,
        }  # fmt: skip
        if bounds:
            entry.update(min=values.min(0).tolist(), max=values.max(0).tolist())
        self.parts["accessors"].append(entry)
        return len(self.parts["accessors"]) - 1

    def thing(self, name: str, thing: Thing) -> None:
        mesh = thing.mesh
        position = self.accessor(mesh.vertices.astype(np.float32), FLOAT, "VEC3", bounds=True)
        normal = self.accessor(mesh.normals.astype(np.float32), FLOAT, "VEC3")
        primitives = []
        for k, surface in enumerate(thing.surfaces):
            index = self.accessor(mesh.faces[mesh.face_parts == k].astype(np.uint32).ravel(), UINT, "SCALAR")
            alpha = 0.35 if surface.glass > 0.5 else 1.0
            look: dict[str, Any] = {
                "name": mesh.parts[k],
                "pbrMetallicRoughness": {
                    "baseColorFactor": [*surface.color, alpha],
                    "metallicFactor": surface.metalness,
                    "roughnessFactor": surface.roughness,
                },
            }
            if surface.emission:
                look["emissiveFactor"] = [min(c * surface.emission, 1.0) for c in surface.color]
            if alpha < 1:
                look["alphaMode"] = "BLEND"
            self.parts["materials"].append(look)
            material = len(self.parts["materials"]) - 1
            primitives.append(
                {"attributes": {"POSITION": position, "NORMAL": normal}, "indices": index, "material": material}
            )
        self.parts["meshes"].append({"name": name, "primitives": primitives})
        matrix = [float(v) for v in thing.pose.T.ravel()]
        self.parts["nodes"].append({"name": name, "mesh": len(self.parts["meshes"]) - 1, "matrix": matrix})

    def camera(self, camera: Mapping[str, Any]) -> None:
        from seedbed.worlds.layout.camera import as_camera

        forward, right, up = as_camera(camera).frame()
        pose = np.eye(4)
        pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = right, up, -forward, camera["eye"]
        self.fov = math.radians(camera["fov"])
        self.parts["nodes"].append({"name": "camera", "camera": 0, "matrix": [float(v) for v in pose.T.ravel()]})

    def bytes(self) -> bytes:
        count = len(self.parts["nodes"])
        to_y_up = [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
        self.parts["nodes"].append({"name": "z up", "children": list(range(count)), "matrix": to_y_up})
        perspective = {"yfov": self.fov, "aspectRatio": 1.0, "znear": 0.01}
        text = json.dumps(
            {
                "asset": {"version": "2.0", "generator": "Seedbed"},
                "scene": 0,
                "scenes": [{"nodes": [count]}],
                "cameras": [{"type": "perspective", "perspective": perspective}],
                "buffers": [{"byteLength": len(self.blob)}],
                **self.parts,
            }
        ).encode()
        text += b" " * (-len(text) % 4)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
        chunks += struct.pack("<II", len(self.blob), 0x004E4942) + self.blob
        return struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks
