"""The scene-graph schema that worlds write and every other room reads, and the standard columns.

Units: metres, degrees, pixels. World axes: x right, y away from the viewer, z up; the table top is z = 0.
Pixels: x right, y down, origin at the outer corner of the top-left pixel.
"""

from __future__ import annotations

import pyarrow as pa

VECTOR = pa.list_(pa.float32(), 3)

OBJECT = pa.struct(
    [
        ("id", pa.int32()),  # position in the list of objects; object 0 is the scene's subject
        ("category", pa.string()),
        ("group", pa.string()),  # the category's place in the taxonomy
        ("color", pa.string()),
        ("material", pa.string()),
        ("size", pa.string()),  # "small" or "large"
        ("state", pa.string()),  # functional state such as "open"; "none" where it has none
        ("parts", pa.list_(pa.string())),  # names of the part mask's numbers 1, 2, ...
        ("position", VECTOR),  # centre of the base, metres
        ("rotation", pa.float32()),  # about z, degrees; its front is at -y at 0
        ("dimensions", VECTOR),  # extent along its own axes, metres: with the pose, the 3D box
        ("supported_by", pa.int32()),  # number of the object that carries it; -1 the ground, -2 the back wall
        ("bbox_xyxy", pa.list_(pa.float32(), 4)),  # visible pixels' box; [0, 0, 0, 0] if none is visible
        ("amodal_bbox_xyxy", pa.list_(pa.float32(), 4)),  # the same without the other objects, inside the frame
        ("visible_pixels", pa.int32()),
        ("amodal_pixels", pa.int32()),
        ("visibility", pa.float32()),  # visible / amodal pixels, 0..1
        ("depth", pa.float32()),  # of the centre along the optical axis, metres
        ("pixel_xy", pa.list_(pa.float32(), 2)),  # projection of the object's centre
    ]
)

RELATION = pa.struct(
    [
        ("subject", pa.int32()),
        ("predicate", pa.string()),  # left_of, right_of, in_front_of, behind, on, inside, ...: see docs/worlds.md
        ("object", pa.int32()),
        ("other", pa.int32()),  # the second object of "between"
    ]
)

CAMERA = pa.struct(
    [
        ("eye", VECTOR),
        ("target", VECTOR),
        ("fov", pa.float32()),  # vertical, degrees
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("intrinsics", pa.list_(pa.float32(), 4)),  # fx, fy, cx, cy, pixels
        ("extrinsics", pa.list_(pa.float32(), 12)),  # world to camera, 3 x 4 by rows; x right, y down, z forward
    ]
)

EVENT = pa.struct(
    [
        ("kind", pa.string()),  # moves, stops, collides, disappears, appears, leaves, enters
        ("frame", pa.int32()),
        ("subject", pa.int32()),
        ("object", pa.int32()),  # the other one of a collision, or what hides it
        ("direction", pa.string()),  # of moves: left, right, nearer, away; null where it is neither clearly
    ]
)

SCENE = pa.struct(
    [
        ("objects", pa.list_(OBJECT)),
        ("relations", pa.list_(RELATION)),
        ("camera", CAMERA),
        ("background", pa.string()),
        ("events", pa.list_(EVENT)),  # of moving scenes
    ]
)

QUESTION = pa.struct(
    [
        ("family", pa.string()),
        ("question", pa.string()),
        ("answer", pa.string()),
        ("answer_form", pa.string()),  # word, number, yes/no, choice, point, box
        ("options", pa.list_(pa.string())),  # of a choice, in the order shown; empty for the other forms
        ("program", pa.string()),  # executing it on the row's scene gives the answer
        ("value", pa.string()),  # what the program gives, where the answer is another name for it
    ]
)

CAPTION = pa.struct(
    [
        ("style", pa.string()),  # alt, dense, facts, relational
        ("text", pa.string()),
        ("facts", pa.list_(pa.string())),  # what it states: "0.color=red", "0 left_of 1", "background=planks"
    ]
)

# Provenance: on every row of every dataset, whoever made it.
PROVENANCE = [
    pa.field("id", pa.string()),  # world@version/seed/index, or sha256:<hex> for collected rows
    pa.field("world", pa.string()),
    pa.field("version", pa.string()),
    pa.field("seed", pa.int64()),
    pa.field("index", pa.int64()),
    pa.field("source", pa.string()),
    pa.field("licence", pa.string()),  # SPDX identifier
    pa.field("consent", pa.string()),
]
# of generated rows: why a row could not be made (its other columns are then null); null where it was made
ERROR = pa.field("error", pa.string())
