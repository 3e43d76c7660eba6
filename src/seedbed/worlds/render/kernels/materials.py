"""Procedural solid textures, filtered by the pixel's footprint so that they do not alias.

Each takes the point in the object's own frame (texture cells), the footprint in the same unit and the
scene's seed; `texture` picks by kind and returns albedo, roughness and a bump gradient. All kinds share five
evaluations of noise, so that the kernel stays small.
"""

import warp as wp

from seedbed.worlds.render.kernels.noise import aastep, fade, noise
from seedbed.worlds.render.kernels.sampling import fract
from seedbed.worlds.render.kernels.structs import Material

KINDS = (
    "plain", "wood", "marble", "brushed", "woven", "checker", "planks", "plaster", "speckle", "tiles",
    "stripes", "knit", "leather", "cork", "bricks", "grass", "grain", "rust",
)  # fmt: skip
(
    PLAIN, WOOD, MARBLE, BRUSHED, WOVEN, CHECKER, PLANKS, PLASTER, SPECKLE, TILES,
    STRIPES, KNIT, LEATHER, CORK, BRICKS, GRASS, GRAIN, RUST,
) = (wp.constant(k) for k in range(len(KINDS)))  # fmt: skip


@wp.func
def surface_uv(p: wp.vec3, ln: wp.vec3):
    """Two coordinates along the surface, from its dominant normal axis."""
    u = p[0]
    v = p[1]
    if wp.abs(ln[0]) > wp.abs(ln[1]) and wp.abs(ln[0]) > wp.abs(ln[2]):
        u = p[1]
        v = p[2]
    elif wp.abs(ln[1]) > wp.abs(ln[2]):
        v = p[2]
    return u, v


@wp.func
def cell_tint(row: float, column: float):
    """A number in 0..1 for one plank, tile or brick."""
    return fract(wp.sin(row * 12.9898 + column * 78.233) * 43758.5453)


@wp.func
def noise_points(kind: int, p: wp.vec3):
    """Where the first three noises of a kind are taken."""
    a = p * 3.0
    b = p
    c = p
    if kind == WOOD or kind == PLANKS:
        a = wp.vec3(p[0] * 0.35, p[1] * 2.0, p[2] * 2.0)
        b = a * 2.3
        c = wp.vec3(p[0] * 3.0, p[1] * 40.0, p[2] * 40.0)
    elif kind == MARBLE:
        a = p * 1.3
        b = a + wp.vec3(7.1, 3.3, 1.7)
        c = a + wp.vec3(2.9, 8.1, 5.5)
    elif kind == BRUSHED:
        a = wp.vec3(p[0] * 1.5, p[1] * 1.5, p[2] * 70.0)
    elif kind == WOVEN or kind == KNIT:
        a = p * 9.0
        b = p * 2.0
    elif kind == PLASTER:
        a = p * 6.0
        b = p * 17.0
        c = p * 0.8
    elif kind == SPECKLE or kind == CORK:
        a = p * 9.0
        b = p * 15.0 + wp.vec3(5.0, 9.0, 2.0)
    elif kind == LEATHER:
        a = p * 16.0
        b = p * 31.0
        c = p * 1.5
    elif kind == GRASS:
        a = wp.vec3(p[0] * 16.0, p[1] * 16.0, p[2] * 4.0)
        b = wp.vec3(p[0] * 43.0, p[1] * 43.0, p[2] * 9.0)
        c = p * 1.3
    elif kind == GRAIN:
        a = p * 34.0
        b = p * 5.0
        c = p * 0.9
    elif kind == RUST:
        a = p * 2.2
        b = p * 7.0
        c = p * 21.0
    elif kind == BRICKS:
        a = p * 11.0
    return a, b, c


@wp.func
def noises(kind: int):
    """How many of the three are used."""
    n = int(1)
    if kind == PLAIN or kind == CHECKER or kind == STRIPES or kind == TILES:
        n = 0
    elif kind == WOVEN or kind == SPECKLE or kind == CORK:
        n = 2
    elif kind == WOOD or kind == PLANKS or kind == MARBLE or kind == PLASTER:
        n = 3
    elif kind == LEATHER or kind == GRASS or kind == GRAIN or kind == RUST:
        n = 3
    return n


@wp.func
def texture(m: Material, sd: wp.uint32, p0: wp.vec3, ln: wp.vec3, foot: float):
    """Albedo, roughness and bump gradient at a point `p0` (metres, object frame) with normal `ln`."""
    p = p0 * m.scale
    ft = foot * m.scale
    kind = m.kind
    c = m.c0
    ro = m.rough
    bg = wp.vec3(0.0)
    tint = float(0.5)
    solid = float(1.0)
    u, v = surface_uv(p, ln)
    if kind == PLANKS:
        row = wp.floor(p[1] / 0.6)
        shift = fract(row * 0.618) * 4.0
        x = (p[0] + shift) / 3.0
        y = p[1] / 0.6
        tint = cell_tint(row, wp.floor(x))
        across = wp.min(fract(y), 1.0 - fract(y)) * 0.6
        along = wp.min(fract(x), 1.0 - fract(x)) * 3.0
        far = fade(0.6, ft)
        solid = aastep(wp.min(across, along) - 0.012, wp.max(ft, 0.01)) * far + 0.96 * (1.0 - far)
        tint = tint * far + 0.5 * (1.0 - far)
        p = p + wp.vec3(tint * 17.0, tint * 5.0, tint * 9.0)
    elif kind == BRICKS:
        row = wp.floor(v)
        x = u * 0.42 + 0.5 * (row - 2.0 * wp.floor(row * 0.5))
        tint = cell_tint(row, wp.floor(x))
        edge = wp.min(wp.min(fract(v), 1.0 - fract(v)), wp.min(fract(x), 1.0 - fract(x)) * 2.4)
        far = fade(1.0, ft)
        solid = aastep(edge - 0.07, wp.max(ft, 0.02)) * far + 0.8 * (1.0 - far)
        tint = tint * far + 0.5 * (1.0 - far)
    elif kind == TILES:
        edge = wp.min(wp.min(fract(u), 1.0 - fract(u)), wp.min(fract(v), 1.0 - fract(v)))
        far = fade(1.0, ft)
        solid = aastep(edge - 0.03, wp.max(ft, 0.01)) * far + 0.88 * (1.0 - far)
        tint = cell_tint(wp.floor(u), wp.floor(v)) * far + 0.5 * (1.0 - far)
    qa, qb, qc = noise_points(kind, p)
    count = noises(kind)
    na = float(0.0)
    nb = float(0.0)
    nc = float(0.0)
    if count > 0:
        na = noise(sd, qa)
    if count > 1:
        nb = noise(sd, qb)
    if count > 2:
        nc = noise(sd, qc) * fade(wp.where(kind == RUST, 21.0, wp.where(kind == WOOD or kind == PLANKS, 40.0, 1.5)), ft)
    if kind == WOOD or kind == PLANKS:
        ring = wp.sqrt((p[1] - 0.31) * (p[1] - 0.31) + (p[2] + 0.47) * (p[2] + 0.47)) * 5.0 + na * 0.9 + nb * 0.35
        f = fract(ring)
        k = f * f * (1.0 - wp.smoothstep(0.85, 1.0, f))
        k = k * fade(5.0, ft) + 0.28 * (1.0 - fade(5.0, ft))
        fine = nc
        k = wp.clamp(k * 0.9 + fine * 0.22 + 0.1, 0.0, 1.0)
        c = (m.c0 * (1.0 - k) + m.c1 * k) * ((0.82 + 0.36 * tint) * (0.35 + 0.65 * solid))
        ro = wp.clamp(m.rough + 0.15 * (k - 0.4), 0.05, 1.0)
        bg = wp.vec3(0.0, fine, fine * 0.7) * m.bump
    elif kind == MARBLE:
        q = p + wp.vec3(na, nb, nc) * 1.1
        wide = wp.max(1.0 - wp.abs(noise(sd, q * 1.6)) * 2.2, 0.0)
        thin = wp.max(1.0 - wp.abs(noise(sd, q * 4.1)) * 2.6, 0.0)
        w3 = wide * wide * wide
        t3 = thin * thin * thin
        k = w3 * w3 * wide * 0.95 + t3 * t3 * t3 * 0.4 * fade(4.0, ft) + 0.06 * na + 0.06
        k = wp.clamp(k, 0.0, 1.0)
        c = m.c0 * (1.0 - k) + m.c1 * k
    elif kind == BRUSHED:
        k = na * fade(70.0, ft)
        c = m.c0 * (1.0 + 0.16 * k)
        ro = wp.clamp(m.rough + 0.10 * k, 0.05, 1.0)
        bg = wp.vec3(0.0, 0.0, k) * m.bump
    elif kind == WOVEN:
        f = fade(14.0, ft)
        a = wp.sin(u * 88.0)
        b = wp.sin(v * 88.0)
        k = (0.5 + 0.5 * a * b) * f + 0.5 * (1.0 - f) + 0.35 * na * fade(9.0, ft) + 0.2 * nb
        k = wp.clamp(k, 0.0, 1.0)
        c = m.c0 * (1.0 - k) + m.c1 * k
        bg = wp.vec3(a, b, a * b) * (f * m.bump)
    elif kind == KNIT:
        f = fade(10.0, ft)
        row = v * 9.0
        slant = wp.abs(fract(u * 9.0) - 0.5) * 2.0
        stitch = fract(row + slant * 0.8)
        groove = wp.smoothstep(0.0, 0.35, stitch) * (1.0 - wp.smoothstep(0.65, 1.0, stitch))
        k = groove * f + 0.6 * (1.0 - f)
        c = m.c1 * (1.0 - k) + m.c0 * k
        c = c * (1.0 + 0.1 * na)
        bg = wp.vec3(slant - 0.5, 0.0, stitch - 0.5) * (f * m.bump)
    elif kind == CHECKER:
        f = fade(1.0, ft)
        k = aastep(wp.sin(u * 3.14159) * wp.sin(v * 3.14159), ft * 4.0) * f + 0.5 * (1.0 - f)
        c = m.c0 * (1.0 - k) + m.c1 * k
    elif kind == STRIPES:
        f = fade(1.0, ft)
        k = aastep(wp.sin(u * 6.28318), ft * 7.0) * f + 0.5 * (1.0 - f)
        c = m.c0 * (1.0 - k) + m.c1 * k
    elif kind == PLASTER:
        k = na * fade(6.0, ft) + 0.5 * nb * fade(17.0, ft)
        c = m.c0 * (1.0 + 0.05 * k + 0.06 * nc)
        bg = wp.vec3(k, nb * fade(17.0, ft), k) * m.bump
    elif kind == SPECKLE:
        k = aastep(na - 0.28, 0.06 + ft * 9.0) * fade(9.0, ft)
        k2 = aastep(nb - 0.33, 0.06 + ft * 15.0) * fade(15.0, ft)
        c = (m.c0 * (1.0 - k) + m.c1 * k) * (1.0 - k2 * 0.6)
    elif kind == CORK:
        k = wp.clamp(0.5 + 0.9 * na, 0.0, 1.0) * fade(9.0, ft) + 0.5 * (1.0 - fade(9.0, ft))
        k2 = aastep(nb - 0.3, 0.1 + ft * 15.0) * fade(15.0, ft)
        c = (m.c0 * (1.0 - k) + m.c1 * k) * (1.0 - 0.5 * k2)
        bg = wp.vec3(na, nb, -k2) * (m.bump * fade(15.0, ft))
    elif kind == LEATHER:
        fa = fade(16.0, ft)
        fold = wp.abs(na) * fa + 0.25 * (1.0 - fa)
        c = m.c0 * (0.72 + 0.7 * fold + 0.1 * nc)
        ro = wp.clamp(m.rough - 0.15 * fold, 0.1, 1.0)
        bg = wp.vec3(na, nb, -na) * (m.bump * fa)
    elif kind == BRICKS:
        brick = m.c0 * ((0.75 + 0.5 * tint) * (1.0 + 0.18 * na * fade(11.0, ft)))
        c = brick * solid + m.c1 * (1.0 - solid)
    elif kind == TILES:
        c = (m.c0 * (0.92 + 0.16 * tint)) * solid + m.c1 * (1.0 - solid)
        ro = wp.clamp(m.rough + 0.5 * (1.0 - solid), 0.05, 1.0)
    elif kind == GRASS:
        k = wp.clamp(0.5 + 0.8 * na * fade(16.0, ft) + 0.7 * nb * fade(43.0, ft), 0.0, 1.0)
        c = (m.c0 * k + m.c1 * (1.0 - k)) * (1.0 + 0.3 * nc)
        bg = wp.vec3(na, nb, 0.0) * (m.bump * fade(16.0, ft))
    elif kind == GRAIN:
        k = wp.clamp(0.5 + 0.9 * na * fade(34.0, ft) + 0.35 * nb, 0.0, 1.0)
        c = (m.c0 * k + m.c1 * (1.0 - k)) * (1.0 + 0.15 * nc)
        bg = wp.vec3(nb, nc, na) * (m.bump * fade(5.0, ft))
    elif kind == RUST:
        k = wp.smoothstep(-0.25, 0.3, na + 0.5 * nb)
        c = (m.c0 * k + m.c1 * (1.0 - k)) * (1.0 + 0.35 * nc)
        ro = wp.clamp(m.rough + 0.4 * k, 0.05, 1.0)
        bg = wp.vec3(nb, nc, nb) * (m.bump * fade(21.0, ft))
    return c, ro, bg
