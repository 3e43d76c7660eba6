"""Ground truth, exact at pixel centres, the same for every preset: what is seen, where, and what would be seen.

These kernels are compiled without fast-math and without instructions of one CPU type, so that their results
are the same bits on every x86-64 machine. Each object also gets one bit a pixel for being there at all,
seen or hidden (amodal).
"""

import warp as wp

from seedbed.worlds.render.kernels.gbuffer import plane_normal, planes, ray_direction
from seedbed.worlds.render.kernels.raster import edge_setup, nearness, screen_box
from seedbed.worlds.render.kernels.structs import View

STRICT = "-ffp-contract=off -w"
wp.set_module_options({"cpu_compiler_flags": STRICT, "fast_math": False})


@wp.kernel
def place_vertices(
    v: wp.array(dtype=wp.vec3),
    n: wp.array(dtype=wp.vec3),
    vi: wp.array(dtype=int),
    X: wp.array(dtype=wp.mat44),
    isc: wp.array(dtype=int),
    scn: wp.array(dtype=View),
    W: float,
    H: float,
    vo: wp.array(dtype=wp.vec3),
    no: wp.array(dtype=wp.vec3),
    S: wp.array(dtype=wp.vec3),
):
    """Vertices to the world and to the screen (pixels, and inverse depth; -1 behind the camera)."""
    i = wp.tid()
    k = vi[i]
    m = X[k]
    p = wp.transform_point(m, v[i])
    vo[i] = p
    no[i] = wp.normalize(wp.transform_vector(m, n[i]))
    s = scn[isc[k]]
    q = p - s.eye
    z = wp.dot(q, s.f)
    iz = float(-1.0)
    if z > 0.02:
        iz = 1.0 / z
    S[i] = wp.vec3((wp.dot(q, s.r) * iz / s.t + W / H) * 0.5 * H, (1.0 - wp.dot(q, s.u) * iz / s.t) * 0.5 * H, iz)


@wp.kernel
def rasterise_centres(
    S: wp.array(dtype=wp.vec3),
    F: wp.array(dtype=wp.vec3i),
    finst: wp.array(dtype=int),
    isc: wp.array(dtype=int),
    ibit: wp.array(dtype=int),
    W: int,
    H: int,
    zb: wp.array(dtype=wp.uint64),
    am: wp.array(dtype=wp.uint32),
):
    i = wp.tid()
    fc = F[i]
    s0 = S[fc[0]]
    s1 = S[fc[1]]
    s2 = S[fc[2]]
    g = edge_setup(s0, s1, s2)
    if g[0] == 0.0 and g[1] == 0.0:
        return
    x0, x1, y0, y1 = screen_box(s0, s1, s2, W, H)
    k = finst[i]
    bit = wp.uint32(1) << wp.uint32(ibit[k])
    base = isc[k] * W * H
    for y in range(y0, y1 + 1):
        for x in range(x0, x1 + 1):
            px = float(x) + 0.5 - s0[0]
            py = float(y) + 0.5 - s0[1]
            u = px * g[0] + py * g[1]
            v = px * g[2] + py * g[3]
            if u >= 0.0 and v >= 0.0 and u + v <= 1.0:
                z = s0[2] + u * (s1[2] - s0[2]) + v * (s2[2] - s0[2])
                wp.atomic_max(zb, base + y * W + x, nearness(z, i))
                wp.atomic_or(am, base + y * W + x, bit)


@wp.kernel
def resolve_truth(
    scn: wp.array(dtype=View),
    zb: wp.array(dtype=wp.uint64),
    F: wp.array(dtype=wp.vec3i),
    V: wp.array(dtype=wp.vec3),
    N: wp.array(dtype=wp.vec3),
    L: wp.array(dtype=wp.vec3),
    finst: wp.array(dtype=int),
    fmat: wp.array(dtype=int),
    imat: wp.array(dtype=int),
    inst0: wp.array(dtype=int),
    W: int,
    H: int,
    mask: wp.array(dtype=wp.int16),
    part: wp.array(dtype=wp.int16),
    depth: wp.array(dtype=float),
    normal: wp.array(dtype=wp.vec3),
    coord: wp.array(dtype=wp.vec3),
):
    """Per pixel: object number in its scene (room planes below zero), part, depth, normal, object coordinates."""
    b, p = wp.tid()
    s = scn[b]
    q = b * W * H + p
    d = ray_direction(s, float(p % W) + 0.5, float(p // W) + 0.5, float(W), float(H))
    i = int(zb[q] & wp.uint64(0xFFFFFFFF)) - 1
    if i < 0:
        t, k = planes(s, s.eye, d)
        mask[q] = wp.int16(k)
        part[q] = wp.int16(-1)
        depth[q] = wp.where(k == -9, 100.0, t)
        normal[q] = wp.where(k == -9, -wp.normalize(d), plane_normal(k))
        coord[q] = wp.vec3(0.0)
        return
    f = F[i]
    a = V[f[0]]
    e1 = V[f[1]] - a
    e2 = V[f[2]] - a
    gn = wp.cross(e1, e2)
    den = wp.dot(gn, d)
    if wp.abs(den) < 1.0e-14:
        den = 1.0e-14
    t = wp.dot(gn, a - s.eye) / den
    h = s.eye + d * t - a
    i2 = 1.0 / wp.max(wp.dot(gn, gn), 1.0e-24)
    u = wp.clamp(wp.dot(wp.cross(h, e2), gn) * i2, 0.0, 1.0)
    v = wp.clamp(wp.dot(wp.cross(e1, h), gn) * i2, 0.0, 1.0 - u)
    n = wp.normalize(N[f[0]] * (1.0 - u - v) + N[f[1]] * u + N[f[2]] * v)
    if wp.dot(gn, d) > 0.0:
        n = -n  # the back of an open shell
    k = finst[i]
    mask[q] = wp.int16(k - inst0[b])
    part[q] = wp.int16(fmat[i] - imat[k])
    depth[q] = wp.dot(e1 * u + e2 * v + a - s.eye, s.f)
    normal[q] = n
    coord[q] = L[f[0]] * (1.0 - u - v) + L[f[1]] * u + L[f[2]] * v
