"""The moving world: clips of objects that slide, turn, fall, collide or pass behind others, and cameras that move.

Each row is a clip: frames, the scene graph of the first one with the clip's events, every pose and camera, and on
request flow, masks and depth of every frame.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from seedbed import registry
from seedbed.dataset.schema import SCENE
from seedbed.errors import UsageError, nearest
from seedbed.worlds.base import Factor, Plan
from seedbed.worlds.layout.body import GROUND, Body, body_of
from seedbed.worlds.layout.camera import Eye, overlap
from seedbed.worlds.layout.relations import directions
from seedbed.worlds.layout.scatter import scatter
from seedbed.worlds.moving.flow import encode_flow, flow, tracks
from seedbed.worlds.moving.motion import FRICTION, GRAVITY, Moved, simulate
from seedbed.worlds.objects.build import dimensions, extent_of
from seedbed.worlds.objects.draw import draw_object, states_of
from seedbed.worlds.objects.draws import Draws
from seedbed.worlds.objects.sketch import sketched
from seedbed.worlds.objects.truth import encode_buffer, scene_graph
from seedbed.worlds.render.scene import Frame, RenderScene
from seedbed.worlds.tabletop.world import Tabletop, lights, table_scene, tint

HERE = "world moving"
MOTIONS = ("still", "slides", "turns", "falls", "collides", "hides")
CAMERAS = ("fixed", "pans", "orbits", "nears")
FLOWS = ("flow_forward", "flow_backward")
BUFFERS = ("instance_mask", "depth", *FLOWS)
TRACK = pa.struct(
    [("object", pa.int32()), ("xy", pa.list_(pa.list_(pa.float32(), 2))), ("visible", pa.list_(pa.bool_()))]
)
FULL = ("cube", "gift_box", "dresser", "fridge", "microwave", "prism", "cylinder", "drum", "bucket", "wardrobe")
TRIES = 40  # starts drawn until the wanted event happens


@registry.register("world", "moving")
class Moving:
    """Options: `frames` (2..64), `rate` (frames a second), `objects` (2..6 or [low, high]), `buffers` (any of
    instance_mask, depth, flow_forward, flow_backward), and `categories`, `colors`, `materials`, `backgrounds`,
    `size`, `render`, `encoding`, `device` as the tabletop's.
    """

    name = "moving"
    version = "2"
    licence = "CC0-1.0"

    def __init__(
        self,
        *,
        frames: int = 8,
        rate: float = 8.0,
        objects: int | Sequence[int] = (2, 4),
        buffers: Sequence[str] = (),
        size: int = 128,
        render: str = "fast",
        **options: Any,
    ) -> None:
        if not isinstance(frames, int) or not 2 <= frames <= 64:
            raise UsageError(f"frames is {frames}", where=HERE, hint="give a whole number from 2 to 64")
        if not 1 <= rate <= 60:
            raise UsageError(f"rate is {rate}", where=HERE, hint="give frames a second, 1 to 60")
        self.buffers = tuple([buffers] if isinstance(buffers, str) else buffers)
        for name in self.buffers:
            if name not in BUFFERS:
                raise UsageError(f"no buffer '{name}'", where=HERE, hint=nearest(str(name), BUFFERS))
        self.frames, self.rate = frames, float(rate)
        self.table = Tabletop(size=size, render=render, objects=objects, **options)
        if self.table.objects[0] < 2:
            raise UsageError(f"objects is {objects}", where=HERE, hint="two or more: something to meet or hide behind")
        self.picture = self.table.picture
        self.factors = (
            Factor("motion", MOTIONS, "what the subject does"),
            Factor("camera_motion", CAMERAS, "what the camera does"),
            *self.table.factors,
        )

    @property
    def schema(self) -> pa.Schema:
        """image (the first frame), frames, scene with events, trajectory, cameras, tracks, buffers of every frame."""
        pose = pa.list_(pa.list_(pa.list_(pa.float32(), 4)))
        fields = [
            pa.field("image", pa.binary()),
            pa.field("frames", pa.list_(pa.binary())),
            pa.field("scene", SCENE),
            pa.field("trajectory", pose),  # frame, object: x, y, z (m), yaw (degrees)
            pa.field("cameras", pa.list_(pa.list_(pa.float32(), 7))),  # frame: eye, target, vertical field of view
            pa.field("tracks", pa.list_(TRACK)),
        ]
        return pa.schema([*fields, *(pa.field(n, pa.list_(pa.binary())) for n in BUFFERS if n in self.buffers)])

    def plan(self, levels: Mapping[str, Any], rng: np.random.Generator) -> Plan:
        """Objects, their poses in every frame, cameras, events; numbers only."""
        draws = Draws(rng)
        motion = str(levels["motion"])
        objects = [draw_object(levels, draws)]
        objects += [draw_object(self.table.other(draws), draws) for _ in range(draws.integer(*self.table.objects) - 1)]
        if motion == "hides":
            objects[1] = self._screen(objects[0], draws)
        for _ in range(TRIES):
            bodies = [body_of(thing) for thing in objects]
            view = scatter(
                bodies, draws, low=14.0 if motion == "hides" else 20.0, high=24.0 if motion == "hides" else 48.0
            )
            moved = _start(motion, bodies, view, draws, self.frames / self.rate)
            starts = [(b.x, b.y, b.z, b.yaw) for b in bodies]
            poses, events = simulate(moved, self.frames, self.rate)
            if _wanted(motion, poses, events, view, bodies):
                break
        for thing, (x, y, z, yaw) in zip(objects, starts):
            pose = {"x": round(x, 5), "y": round(y, 5), "z": round(z, 5), "yaw": round(yaw, 4)}
            thing.update(**pose, supported_by=GROUND, inside=False)
        for body, (x, y, z, yaw) in zip(bodies, starts):
            body.x, body.y, body.z, body.yaw = x, y, z, yaw
        cameras = _path(str(levels["camera_motion"]), view, draws, self.frames)
        for event in events:
            if event["kind"] == "moves":
                event["direction"] = _way(poses, int(event["subject"]), view)
        return {
            "objects": objects,
            "relations": directions(bodies, view),
            "poses": poses,
            "events": events,
            "cameras": cameras,
            "camera": cameras[0],
            "background": str(levels["background"]),
            "tint": tint(draws),
            "wall": round(draws.uniform(1.2, 1.8), 4),
            "lights": lights(draws, view),
            "texture_seed": draws.integer(0, (1 << 20) - 1),
        }

    def _screen(self, subject: Mapping[str, Any], draws: Draws) -> dict[str, Any]:
        """An object with a full outline, larger than the subject: to hide it."""
        full = [c for c in self.table.categories if c in FULL] or list(self.table.categories)
        category = draws.pick(full)
        levels = {**self.table.other(draws), "category": category, "size": "large"}
        thing = draw_object({**levels, "state": draws.pick(states_of(category))}, draws)
        w, d, h = thing["dimensions"]
        need = max(max(subject["dimensions"][:2]) * 1.35 / min(w, d), subject["dimensions"][2] * 1.5 / h, 1.0)
        thing["scale"] = [round(k * need, 5) for k in thing["scale"]]
        thing["dimensions"] = dimensions(extent_of(category, thing["variant"], thing["state"]), tuple(thing["scale"]))
        return thing

    def render(self, plans: Sequence[Plan]) -> pa.RecordBatch:
        """Columns of `schema` for these plans."""
        rows = [self._clip(plan) for plan in plans]
        columns = {name: [row[name] for row in rows] for name in self.schema.names}
        return pa.RecordBatch.from_pydict(columns, schema=self.schema)

    def sketch(self, plans: Sequence[Plan]) -> list[dict[str, Any]]:
        """The first frames' scene graphs without rendering: what is visible is estimated, hiding is left out."""
        size = self.picture.size
        return [{**sketched(plan, size), "events": _in_order(plan["events"])} for plan in plans]

    def _clip(self, plan: Plan) -> dict[str, Any]:
        scenes = [_moment(plan, k) for k in range(self.frames)]
        frames = self.picture.frames(scenes)
        cameras = [scene.camera for scene in scenes]
        poses = [[thing.pose for thing in scene.things] for scene in scenes]
        scene = scene_graph(plan, frames[0])
        scene["events"] = _in_order([*plan["events"], *_hidden(frames)])
        encoded = [self.picture.image(frame) for frame in frames]
        row: dict[str, Any] = {
            "image": encoded[0],
            "frames": encoded,
            "scene": scene,
            "trajectory": plan["poses"],
            "cameras": [[*c["eye"], *c["target"], c["fov"]] for c in plan["cameras"]],
            "tracks": tracks(frames, cameras, poses),
        }
        last = self.frames - 1
        for name in self.buffers:
            if name == "flow_forward":
                pairs = [(k, k + 1) for k in range(last)]
            elif name == "flow_backward":
                pairs = [(k + 1, k) for k in range(last)]
            else:
                row[name] = [encode_buffer(name, frame, ()) for frame in frames]
                continue
            row[name] = [encode_flow(flow(frames[a], cameras[a], poses[b], cameras[b])[0]) for a, b in pairs]
        return row


def _in_order(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    told = ({**e, "direction": e.get("direction") or None} for e in events)
    return sorted(told, key=lambda e: (e["frame"], e["subject"]))


def _way(poses: Sequence[Sequence[Any]], number: int, view: Eye) -> str:
    """Which way an object gets in the clip, as the first camera sees it: the larger part of its path, if 1.5 times
    the other and at least 5 cm; empty where it is neither.
    """
    (x0, y0, *_), (x1, y1, *_) = poses[0][number], poses[-1][number]
    dx, dy = x1 - x0, y1 - y0
    across, away = dx * view.right[0] + dy * view.right[1], dx * view.ahead[0] + dy * view.ahead[1]
    large, small = max(abs(across), abs(away)), min(abs(across), abs(away))
    if large < 0.05 or large < 1.5 * small:
        return ""
    if abs(across) == large:
        return "right" if across > 0 else "left"
    return "away" if away > 0 else "nearer"


def _start(motion: str, bodies: Sequence[Body], view: Eye, draws: Draws, seconds: float) -> list[Moved]:
    """The bodies with their first velocities."""
    moved = [Moved(body) for body in bodies]
    subject, other = moved[0], bodies[1]
    body = subject.body
    if motion == "slides":
        a, speed = draws.uniform(-math.pi, math.pi), draws.uniform(0.25, 0.55)
        subject.vx, subject.vy = speed * math.cos(a), speed * math.sin(a)
    elif motion == "turns":
        subject.spin = draws.uniform(60, 160) * (1 if draws.unit() < 0.5 else -1)
        subject.lasting = True
    elif motion == "falls":
        body.z = draws.uniform(0.18, 0.32)
    elif motion == "collides":
        dx, dy = other.x - body.x, other.y - body.y
        far = math.hypot(dx, dy)
        speed = min(2.2 * far / seconds + 0.25, 1.6)
        subject.vx, subject.vy = speed * dx / far, speed * dy / far
    elif motion == "hides":  # across the view, behind the second object
        side = 1 if draws.unit() < 0.5 else -1
        behind = other.radius + body.radius + draws.uniform(0.02, 0.06)
        across = side * (other.radius + body.radius + draws.uniform(0.04, 0.1))
        (rx, ry), (ax, ay) = (view.right[0], view.right[1]), view.ahead
        body.x = other.x + ax * behind + rx * across
        body.y = other.y + ay * behind + ry * across
        speed = abs(across) * 2 / seconds + FRICTION * GRAVITY * seconds / 2
        subject.vx, subject.vy = -side * speed * rx, -side * speed * ry
    return moved


def _wanted(
    motion: str, poses: Sequence[Sequence[Any]], events: Sequence[Mapping[str, Any]], view: Eye, bodies: Sequence[Body]
) -> bool:
    """Whether what happens is what was asked: contacts only where they are wanted, the subject within the picture."""
    met = any(e["kind"] == "collides" for e in events)
    if met != (motion == "collides"):
        return False
    for moment in poses:
        x, y, _ = view.point(*moment[0][:3])
        if not (0.05 <= x <= 0.95 and 0.05 <= y <= 0.97):
            return False
    if motion != "hides":
        return True
    return any(_behind(bodies[0], bodies[1], moment, view) for moment in poses[1:-1])


def _behind(body: Body, other: Body, moment: Sequence[Any], view: Eye) -> bool:
    """Whether the other's box covers the body's whole in the picture."""
    for b, (x, y, z, yaw) in zip((body, other), moment):
        b.x, b.y, b.z, b.yaw = x, y, z, yaw
    (inner, far), (outer, near) = view.bounds(body.box()), view.bounds(other.box())
    return far > near and overlap(inner, outer) > 0.97


def _path(kind: str, view: Eye, draws: Draws, frames: int) -> list[dict[str, Any]]:
    """The camera in every frame."""
    first = view.plan()
    amount = draws.uniform(0.7, 1.3) * (1 if draws.unit() < 0.5 else -1)
    made = []
    for k in range(frames):
        t = k / (frames - 1)
        eye, target = list(first["eye"]), list(first["target"])
        if kind == "pans":
            target = [c + 0.1 * amount * t * r for c, r in zip(target, view.right)]
        elif kind == "orbits":
            a = math.radians(22 * amount * t)
            dx, dy = eye[0] - target[0], eye[1] - target[1]
            eye[0] = target[0] + dx * math.cos(a) - dy * math.sin(a)
            eye[1] = target[1] + dx * math.sin(a) + dy * math.cos(a)
        elif kind == "nears":
            eye = [e + (c - e) * 0.16 * abs(amount) * t for e, c in zip(eye, target)]
        made.append(Eye((eye[0], eye[1], eye[2]), (target[0], target[1], target[2]), first["fov"]).plan())
    return made


def _moment(plan: Plan, number: int) -> RenderScene:
    """One frame as the renderer takes it."""
    poses = zip(plan["objects"], plan["poses"][number])
    objects = [{**thing, "x": x, "y": y, "z": z, "yaw": yaw} for thing, (x, y, z, yaw) in poses]
    return table_scene({**plan, "camera": plan["cameras"][number], "objects": objects})


def _hidden(frames: Sequence[Frame]) -> list[dict[str, Any]]:
    """`disappears`, `appears`: others hide an object wholly (or no more), and the one that hides most of it; `leaves`,
    `enters`: it is outside the picture (or no more).
    """
    found = []
    for number in range(frames[0].objects):
        shown = [int(frame.mask(number).sum()) for frame in frames]
        for k in range(1, len(frames)):
            if (shown[k] == 0) == (shown[k - 1] == 0):
                continue
            there = frames[k] if shown[k] == 0 else frames[k - 1]  # the moment at which it is not seen
            over = there.instance_mask[there.amodal_mask(number)]
            over = over[over >= 0]
            by = int(np.bincount(over).argmax()) if len(over) else -1
            whole = bool(there.amodal_mask(number).any())
            kind = ("disappears" if whole else "leaves") if shown[k] == 0 else ("appears" if whole else "enters")
            found.append({"kind": kind, "frame": k, "subject": number, "object": by})
    return found
