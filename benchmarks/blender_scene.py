"""Run by another Python, out of process, where Blender's module `bpy` is installed: python blender_scene.py SCENE.json.

Renders the scene with Cycles (CPU, one thread, 32 samples, denoised) and prints the CPU seconds of the render alone.
Nothing of Seedbed is imported here, and Seedbed never imports bpy.
"""

import json
import sys
import time

import bpy
import numpy as np


def main() -> None:
    data = json.load(open(sys.argv[1]))  # noqa: SIM115, PTH123
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples = "CPU", data["samples"]
    scene.cycles.use_denoising = True
    scene.render.threads_mode, scene.render.threads = "FIXED", 1
    scene.render.resolution_x = scene.render.resolution_y = data["size"]
    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs[0].default_value = (*data["sky"], 1)
    for k, thing in enumerate(data["things"]):
        mesh = bpy.data.meshes.new(f"m{k}")
        mesh.from_pydata(thing["vertices"], [], thing["faces"])
        mesh.polygons.foreach_set("use_smooth", np.ones(len(thing["faces"]), bool))
        material = bpy.data.materials.new(f"c{k}")
        material.use_nodes = True
        node = material.node_tree.nodes["Principled BSDF"]
        node.inputs["Base Color"].default_value = (*thing["color"], 1)
        node.inputs["Roughness"].default_value = thing["roughness"]
        node.inputs["Metallic"].default_value = thing["metalness"]
        mesh.materials.append(material)
        scene.collection.objects.link(bpy.data.objects.new(f"o{k}", mesh))
    lamp = bpy.data.lights.new("key", "POINT")
    lamp.energy, lamp.shadow_soft_size = 250, data["radius"]
    light = bpy.data.objects.new("key", lamp)
    light.location = data["light"]
    scene.collection.objects.link(light)
    camera = bpy.data.cameras.new("camera")
    camera.sensor_fit, camera.angle = "VERTICAL", data["fov"]
    eye = bpy.data.objects.new("camera", camera)
    scene.collection.objects.link(eye)
    scene.camera = eye
    import mathutils

    eye.matrix_world = mathutils.Matrix(data["pose"])
    scene.render.filepath = data["out"]
    bpy.ops.render.render()  # the first one loads kernels
    start = time.process_time()
    bpy.ops.render.render(write_still=True)
    print(f"CPU_SECONDS {time.process_time() - start:.4f}")


if __name__ == "__main__":
    main()
