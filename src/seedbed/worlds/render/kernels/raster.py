"""Triangles to a z-buffer of several samples a pixel, for shading, and to a light's shadow map.

One 64-bit atomic maximum of (inverse depth | triangle) a sample decides what is seen.
"""

import warp as wp


@wp.func
def edge_setup(s0: wp.vec3, s1: wp.vec3, s2: wp.vec3):
    """Gradients of the barycentric coordinates; all zero for an edge-on triangle or one behind the camera."""
    g = wp.vec4(0.0)
    ar = (s1[0] - s0[0]) * (s2[1] - s0[1]) - (s2[0] - s0[0]) * (s1[1] - s0[1])
    if s0[2] > 0.0 and s1[2] > 0.0 and s2[2] > 0.0 and ar != 0.0:
        inv = 1.0 / ar
        g = wp.vec4((s2[1] - s0[1]) * inv, -(s2[0] - s0[0]) * inv, -(s1[1] - s0[1]) * inv, (s1[0] - s0[0]) * inv)
    return g


@wp.func
def screen_box(s0: wp.vec3, s1: wp.vec3, s2: wp.vec3, W: int, H: int):
    """Samples that a triangle can cover: first and last column, first and last row."""
    x0 = wp.max(int(wp.ceil(wp.min(s0[0], wp.min(s1[0], s2[0])) - 0.5)), 0)
    x1 = wp.min(int(wp.floor(wp.max(s0[0], wp.max(s1[0], s2[0])) - 0.5)), W - 1)
    y0 = wp.max(int(wp.ceil(wp.min(s0[1], wp.min(s1[1], s2[1])) - 0.5)), 0)
    y1 = wp.min(int(wp.floor(wp.max(s0[1], wp.max(s1[1], s2[1])) - 0.5)), H - 1)
    return x0, x1, y0, y1


@wp.func
def nearness(z: float, face: int):
    """The z-buffer's key: larger is nearer; equal depths go to the higher face number."""
    return (wp.uint64(wp.cast(z, wp.uint32)) << wp.uint64(32)) | wp.uint64(face + 1)


@wp.kernel
def rasterise(
    S: wp.array(dtype=wp.vec3),
    F: wp.array(dtype=wp.vec3i),
    finst: wp.array(dtype=int),
    isc: wp.array(dtype=int),
    scale: float,
    W: int,
    H: int,
    zb: wp.array(dtype=wp.uint64),
):
    i = wp.tid()
    fc = F[i]
    by = wp.vec3(scale, scale, 1.0)
    s0 = wp.cw_mul(S[fc[0]], by)
    s1 = wp.cw_mul(S[fc[1]], by)
    s2 = wp.cw_mul(S[fc[2]], by)
    g = edge_setup(s0, s1, s2)
    if g[0] == 0.0 and g[1] == 0.0:
        return
    x0, x1, y0, y1 = screen_box(s0, s1, s2, W, H)
    if x0 > x1 or y0 > y1:
        return
    base = isc[finst[i]] * W * H
    d1 = s1[2] - s0[2]
    d2 = s2[2] - s0[2]
    px = float(x0) + 0.5 - s0[0]
    py = float(y0) + 0.5 - s0[1]
    u0 = px * g[0] + py * g[1]
    v0 = px * g[2] + py * g[3]
    for y in range(y0, y1 + 1):
        uu = u0
        vv = v0
        for x in range(x0, x1 + 1):
            if uu >= 0.0 and vv >= 0.0 and uu + vv <= 1.0:
                wp.atomic_max(zb, base + y * W + x, nearness(s0[2] + uu * d1 + vv * d2, i))
            uu += g[0]
            vv += g[2]
        u0 += g[1]
        v0 += g[3]
