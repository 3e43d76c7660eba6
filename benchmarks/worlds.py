"""The bars of the worlds: pictures a second of each preset beside Blender's Cycles, scenes planned, planes of memory.

Cycles runs out of process, and only where SEEDBED_BPY names a Python that has the module bpy.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seedbed.dataset.images import encode
from seedbed.design import Design
from seedbed.worlds.base import row_rng
from seedbed.worlds.places import Places
from seedbed.worlds.places.world import place_scene
from seedbed.worlds.render.renderer import Renderer
from seedbed.worlds.render.scene import RenderScene
from seedbed.worlds.tabletop import Tabletop
from seedbed.worlds.tabletop.world import table_scene

SIZE, SCENES, ROUNDS = 224, 8, 5
PLAIN = ["rubber", "metal", "fabric", "wood"]
SOLIDS = ["cube", "sphere", "cylinder", "cone", "torus", "mug", "bottle", "bowl"]


@dataclass(frozen=True)
class Bar:
    """One figure and what it should reach; `ratio` to the peer where one was run."""

    name: str
    value: float
    unit: str
    goal: str
    peer: str = ""


def bars() -> list[Bar]:
    """Every bar, measured."""
    table, room = _table_scenes(), _room_scenes()
    blender = _blender(table[0])
    found = []
    for preset, goal in (("turbo", "30 (aim 40)"), ("fast", "15"), ("good", ""), ("high", "")):
        seconds = _cpu_seconds(table, preset)
        peer = f"Cycles 32 samples {blender:.2f} s: {blender / seconds:.0f} x" if blender else ""
        found.append(Bar(f"six objects, {preset}, {SIZE} px, one core", 1 / seconds, "pictures/s", goal, peer))
    found.append(Bar(f"furnished room, fast, {SIZE} px, one core", 1 / _cpu_seconds(room, "fast"), "pictures/s", "8"))
    found += [_planning(), _two_processes(), _encoding(), _first_image(), _memory(), _glyphs()]
    return found


def _table_scenes() -> list[RenderScene]:
    world = Tabletop(size=SIZE, objects=6, categories=SOLIDS, materials=PLAIN)
    design = Design(world.factors, {}, seed=0)
    return [table_scene(world.plan(design[i], row_rng("bench", "1", 0, i))) for i in range(SCENES)]


def _room_scenes() -> list[RenderScene]:
    world = Places(size=SIZE, places=["room"], objects=8, materials=[*PLAIN, "plastic"])
    design = Design(world.factors, {}, seed=0)
    return [place_scene(world.plan(design[i], row_rng("bench", "1", 0, i))) for i in range(SCENES)]


def _cpu_seconds(scenes: list[RenderScene], preset: str) -> float:
    """Median over scenes and rounds of the CPU seconds of a picture with all its ground truth."""
    renderer = Renderer(SIZE, SIZE, preset=preset)
    renderer.render(scenes)
    times = []
    for _ in range(ROUNDS):
        for scene in scenes:
            start = time.process_time()
            renderer.render([scene])
            times.append(time.process_time() - start)
    return statistics.median(times)


def _blender(scene: RenderScene) -> float:
    """CPU seconds of the same scene in Cycles, median of three; 0 where there is no Blender."""
    python = os.environ.get("SEEDBED_BPY")
    if not python:
        return 0.0
    folder = Path(tempfile.mkdtemp())
    forward, right, up = scene.camera.frame()
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = right, up, -forward, scene.camera.eye
    floor = {
        "vertices": [[-9, -9, 0], [9, -9, 0], [9, 9, 0], [-9, 9, 0]], "faces": [[0, 1, 2], [0, 2, 3]],
        "color": scene.floor.color, "roughness": 0.7, "metalness": 0.0,
    }  # fmt: skip
    things = [floor]
    for thing in scene.things:
        placed = thing.mesh.vertices @ thing.pose[:3, :3].T + thing.pose[:3, 3]
        main = thing.surfaces[0]
        things.append(
            {
                "vertices": placed.tolist(),
                "faces": thing.mesh.faces.tolist(),
                "color": main.color,
                "roughness": main.roughness,
                "metalness": main.metalness,
            }
        )
    data: dict[str, Any] = {
        "size": SIZE, "samples": 32, "sky": scene.sky[0], "things": things, "light": scene.key.position,
        "radius": scene.key.radius, "fov": math.radians(scene.camera.fov), "pose": pose.tolist(),
        "out": str(folder / "cycles.png"),
    }  # fmt: skip
    (folder / "scene.json").write_text(json.dumps(data))
    script = str(Path(__file__).parent / "blender_scene.py")
    seconds = []
    for _ in range(3):
        done = subprocess.run([python, script, str(folder / "scene.json")], capture_output=True, text=True)
        lines = [line for line in done.stdout.splitlines() if line.startswith("CPU_SECONDS")]
        if not lines:
            print(f"Blender did not run: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            return 0.0
        seconds.append(float(lines[0].split()[1]))
    return statistics.median(seconds)


def _planning() -> Bar:
    """Scenes planned a second, variants known: one to five objects each."""
    world = Tabletop(size=SIZE, objects=[1, 5])
    design = Design(world.factors, {}, seed=0)
    for i in range(3000):
        world.plan(design[i], row_rng("bench", "1", 0, i))
    rates = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for i in range(500):
            world.plan(design[i], row_rng("bench", "1", 0, i))
        rates.append(500 / (time.process_time() - start))
    return Bar("scenes planned, one to five objects, one core", statistics.median(rates), "scenes/s", "5000")


def _two_processes() -> Bar:
    """Pictures by two processes against one, wall time, medians of pairs."""
    code = (
        "import sys, time\nfrom benchmarks.worlds import _table_scenes, Renderer, SIZE\n"
        "scenes = _table_scenes()\nr = Renderer(SIZE, SIZE, preset='fast')\nr.render(scenes)\n"
        "print('ready', flush=True)\nsys.stdin.readline()\nfor _ in range(6): r.render(scenes)\nprint('done', flush=True)\n"
    )

    def run(count: int) -> float:
        pipe = subprocess.PIPE
        workers = [
            subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, text=True) for _ in range(count)
        ]
        for worker in workers:
            worker.stdout.readline()  # type: ignore[union-attr]
        start = time.perf_counter()
        for worker in workers:
            worker.stdin.write("go\n")  # type: ignore[union-attr]
            worker.stdin.flush()  # type: ignore[union-attr]
        for worker in workers:
            worker.stdout.readline()  # type: ignore[union-attr]
        seconds = time.perf_counter() - start
        for worker in workers:
            worker.communicate()
        return seconds

    ratios = [2 * run(1) / run(2) for _ in range(3)]
    return Bar("two processes against one, pictures", statistics.median(ratios), "x", "1.8")


def _encoding() -> Bar:
    picture = Renderer(SIZE, SIZE, preset="fast").render(_table_scenes()[:1])[0].rgb
    start = time.process_time()
    for _ in range(50):
        encode(picture, "jpeg")
    share = (time.process_time() - start) / 50 / _cpu_seconds(_table_scenes()[:3], "fast")
    return Bar("JPEG encoding, share of the time of a fast picture", 100 * share, "%", "under 2")


def _first_image() -> Bar:
    code = (
        "import time\nt = time.perf_counter()\nfrom seedbed.run.generate import make_program, make_rows\n"
        "make_rows(make_program('tabletop', {'size': 224}, None), 0, [0])\nprint(time.perf_counter() - t)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    times = [
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
        for _ in range(5)
    ]
    return Bar("start to first picture, kernels compiled", statistics.median(times), "s", "under 1")


def _memory() -> Bar:
    """Growth of a process's memory from picture 1,000 to 10,000, of 32 px."""
    code = (
        "from seedbed.run.generate import make_program, make_rows\n"
        "p = make_program('tabletop', {'size': 32, 'render': 'turbo'}, None)\n"
        "def rss(): return int(open('/proc/self/statm').read().split()[1]) * 4096 / 2**20\n"
        "for k in range(0, 10000, 50):\n    make_rows(p, 0, range(k, k + 50))\n    if k == 2000: a = rss()\nprint(rss() - a)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return Bar("memory grown from picture 2,000 to 10,000", float(done.stdout), "MB", "flat")


def _glyphs() -> Bar:
    """Real test digits read by a support vector machine that was trained on 6,000 glyphs alone."""
    from sklearn.svm import SVC

    from seedbed.dataset.digits import load_real_digits, split_digits
    from seedbed.run.generate import make_program, make_rows

    made = make_rows(make_program("glyphs", {}, None), 9, range(6000))
    model = SVC(C=5, gamma=0.0012).fit(made["pixels"].to_pylist(), made["digit"].to_pylist())
    real = load_real_digits()
    test = real.take(split_digits(np.array(real["digit"].to_pylist())).test)
    share = model.score(test["pixels"].to_pylist(), test["digit"].to_pylist())
    return Bar("real digits read after 6,000 glyphs and no real one", 100 * share, "%", "95")


def table(found: list[Bar]) -> list[str]:
    """Rows of Markdown."""
    head = [
        "",
        "## Worlds",
        "",
        "Medians; CPU time of one core for pictures and plans.",
        "",
        "| bar | measured | wanted | peer |",
        "|---|---|---|---|",
    ]
    return [*head, *(f"| {b.name} | {b.value:.3g} {b.unit} | {b.goal} | {b.peer} |" for b in found)]
