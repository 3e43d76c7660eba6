"""Procedural solid textures, filtered by the pixel's footprint so that they do not alias.

Each takes the point in the object's own frame (texture cells), the footprint in the same unit and the
scene's seed; `texture` picks by kind and returns albedo, roughness and a bump gradient.
"""

import warp as wp

from seedbed.worlds.render.kernels.noise import aastep, fade, noise
from seedbed.worlds.render.kernels.sampling import fract
from seedbed.worlds.render.kernels.structs import Material

KINDS = ("plain", "wood", "marble", "brushed", "woven", "checker", "planks", "plaster", "speckle", "tiles")
PLAIN, WOOD, MARBLE, BRUSHED, WOVEN, CHECKER, PLANKS, PLASTER, SPECKLE, TILES = (
    wp.constant(k) for k in range(len(KINDS))
)


@wp.func
def wood_rings(p: wp.vec3, sd: wp.uint32, ft: float):
    """How dark the grain is, 0..1, and its fine part."""
    q = wp.vec3(p[0] * 0.35, p[1] * 2.0, p[2] * 2.0)
    wobble = noise(sd, q) * 0.9 + noise(sd, q * 2.3) * 0.35
    ring = wp.sqrt((p[1] - 0.31) * (p[1] - 0.31) + (p[2] + 0.47) * (p[2] + 0.47)) * 5.0 + wobble
    f = fract(ring)
    k = f * f * (1.0 - wp.smoothstep(0.85, 1.0, f))
    k = k * fade(5.0, ft) + 0.28 * (1.0 - fade(5.0, ft))
    fine = noise(sd, wp.vec3(p[0] * 3.0, p[1] * 40.0, p[2] * 40.0)) * fade(40.0, ft)
    return wp.clamp(k * 0.9 + fine * 0.22 + 0.1, 0.0, 1.0), fine


@wp.func
def marble_veins(p: wp.vec3, sd: wp.uint32, ft: float):
    w = wp.vec3(
        noise(sd, p * 1.3),
        noise(sd, p * 1.3 + wp.vec3(7.1, 3.3, 1.7)),
        noise(sd, p * 1.3 + wp.vec3(2.9, 8.1, 5.5)),
    )
    q = p + w * 1.1
    wide = wp.max(1.0 - wp.abs(noise(sd, q * 1.6)) * 2.2, 0.0)
    thin = wp.max(1.0 - wp.abs(noise(sd, q * 4.1)) * 2.6, 0.0)
    k = wp.pow(wide, 7.0) * 0.95 + wp.pow(thin, 9.0) * 0.4 * fade(4.0, ft) + 0.12 * noise(sd, p * 3.0) + 0.06
    return wp.clamp(k, 0.0, 1.0)


@wp.func
def surface_uv(p: wp.vec3, ln: wp.vec3):
    """Two coordinates along the surface, from its dominant normal axis."""
    u = p[0]
    v = p[1]
    if wp.abs(ln[0]) > wp.abs(ln[1]) and wp.abs(ln[0]) > wp.abs(ln[2]):
        u = p[2]
    elif wp.abs(ln[1]) > wp.abs(ln[2]):
        v = p[2]
    return u, v


@wp.func
def weave(p: wp.vec3, ln: wp.vec3, sd: wp.uint32, ft: float):
    """Brightness 0..1 of a plain weave, and its bump."""
    u, v = surface_uv(p, ln)
    f = fade(14.0, ft)
    a = wp.sin(u * 88.0)
    b = wp.sin(v * 88.0)
    k = (0.5 + 0.5 * a * b) * f + 0.5 * (1.0 - f)
    k = k + 0.35 * noise(sd, p * 9.0) * fade(9.0, ft) + 0.2 * noise(sd, p * 2.0)
    return wp.clamp(k, 0.0, 1.0), wp.vec3(a, b, a * b) * f


@wp.func
def plank_gap(p: wp.vec3, ft: float):
    """(random number of the plank, 0 in a gap to 1 on a plank)."""
    row = wp.floor(p[1] / 0.6)
    shift = fract(row * 0.618) * 4.0
    column = wp.floor((p[0] + shift) / 3.0)
    tint = fract(wp.sin(row * 12.9898 + column * 78.233) * 43758.5453)
    across = wp.min(fract(p[1] / 0.6), 1.0 - fract(p[1] / 0.6)) * 0.6
    along = wp.min(fract((p[0] + shift) / 3.0), 1.0 - fract((p[0] + shift) / 3.0)) * 3.0
    return tint, aastep(wp.min(across, along) - 0.012, wp.max(ft, 0.01))


@wp.func
def texture(m: Material, sd: wp.uint32, p0: wp.vec3, ln: wp.vec3, foot: float):
    """Albedo, roughness and bump gradient at a point `p0` (metres, object frame) with normal `ln`."""
    p = p0 * m.scale
    ft = foot * m.scale
    c = m.c0
    ro = m.rough
    bg = wp.vec3(0.0)
    if m.kind == PLAIN:
        c = m.c0 * (1.0 + 0.04 * noise(sd, p * 3.0))
    elif m.kind == WOOD:
        k, fine = wood_rings(p, sd, ft)
        c = m.c0 * (1.0 - k) + m.c1 * k
        ro = wp.clamp(m.rough + 0.15 * (k - 0.4), 0.05, 1.0)
        bg = wp.vec3(0.0, fine, fine * 0.7) * m.bump
    elif m.kind == PLANKS:
        tint, solid = plank_gap(p, ft)
        k, fine = wood_rings(wp.vec3(p[0] + tint * 17.0, p[1] + tint * 5.0, p[2] + tint * 9.0), sd, ft)
        c = (m.c0 * (1.0 - k) + m.c1 * k) * ((0.82 + 0.36 * tint) * (0.35 + 0.65 * solid))
        ro = wp.clamp(m.rough + 0.15 * (k - 0.4), 0.05, 1.0)
    elif m.kind == MARBLE:
        k = marble_veins(p, sd, ft)
        c = m.c0 * (1.0 - k) + m.c1 * k
    elif m.kind == BRUSHED:
        k = noise(sd, wp.vec3(p[0] * 1.5, p[1] * 1.5, p[2] * 70.0)) * fade(70.0, ft)
        c = m.c0 * (1.0 + 0.16 * k)
        ro = wp.clamp(m.rough + 0.10 * k, 0.05, 1.0)
        bg = wp.vec3(0.0, 0.0, k) * m.bump
    elif m.kind == WOVEN:
        k, b = weave(p, ln, sd, ft)
        c = m.c0 * (1.0 - k) + m.c1 * k
        bg = b * m.bump
    elif m.kind == CHECKER:
        u, v = surface_uv(p, ln)
        k = aastep(wp.sin(u * 3.14159) * wp.sin(v * 3.14159), ft * 4.0)
        c = m.c0 * (1.0 - k) + m.c1 * k
    elif m.kind == PLASTER:
        k = noise(sd, p * 6.0) * fade(6.0, ft) + 0.5 * noise(sd, p * 17.0) * fade(17.0, ft)
        c = m.c0 * (1.0 + 0.05 * k + 0.06 * noise(sd, p * 0.8))
        side = noise(sd, p * 6.0 + wp.vec3(31.0, 0.0, 0.0)) * fade(6.0, ft)
        bg = wp.vec3(k, side, k) * m.bump
    elif m.kind == SPECKLE:
        k = aastep(noise(sd, p * 9.0) - 0.28, 0.06 + ft * 9.0) * fade(9.0, ft)
        k2 = aastep(noise(sd, p * 15.0 + wp.vec3(5.0, 9.0, 2.0)) - 0.33, 0.06 + ft * 15.0) * fade(15.0, ft)
        c = (m.c0 * (1.0 - k) + m.c1 * k) * (1.0 - k2 * 0.6)
    elif m.kind == TILES:
        u, v = surface_uv(p, ln)
        edge = wp.min(wp.min(fract(u), 1.0 - fract(u)), wp.min(fract(v), 1.0 - fract(v)))
        k = aastep(edge - 0.03, wp.max(ft, 0.01))
        tint = fract(wp.sin(wp.floor(u) * 12.9898 + wp.floor(v) * 78.233) * 43758.5453)
        c = (m.c0 * (0.92 + 0.16 * tint)) * k + m.c1 * (1.0 - k)
        ro = wp.clamp(m.rough + 0.5 * (1.0 - k), 0.05, 1.0)
    return c, ro, bg
