"""Light without rays, for the `turbo` preset: a shadow map with soft penumbras and occlusion from the screen.

The key light's shadow is looked up in a depth map drawn from the light (percentage-closer soft shadows,
Fernando 2005); ambient light is dimmed where neighbours on the screen stand in its way (Bavoil & Sainz 2008).
"""

import warp as wp

from seedbed.worlds.render.kernels.sampling import fract, sequence
from seedbed.worlds.render.kernels.structs import LAYERS, GBuf, Material, View, surface_place

SIDE = wp.constant(384)  # texels along the map
TAPS = wp.constant(7)
FEW = wp.constant(4)
GOLDEN_C = wp.constant(-0.7373688)  # cosine and sine of the golden angle
GOLDEN_S = wp.constant(0.6754903)

wp.set_module_options({"max_unroll": 1})


@wp.struct
class LightView:
    """A pinhole camera at the key light that sees every object."""

    eye: wp.vec3
    f: wp.vec3
    r: wp.vec3
    u: wp.vec3
    t: float


@wp.func
def to_map(k: LightView, p: wp.vec3):
    """Texel coordinates and depth of a point, as the light sees it."""
    q = p - k.eye
    z = wp.dot(q, k.f)
    iz = 1.0 / wp.max(z, 1.0e-3)
    half = 0.5 * float(SIDE)
    return wp.vec3((wp.dot(q, k.r) * iz / k.t + 1.0) * half, (1.0 - wp.dot(q, k.u) * iz / k.t) * half, z)


@wp.kernel
def place_for_light(
    world: wp.array(dtype=wp.vec3),
    vi: wp.array(dtype=int),
    isc: wp.array(dtype=int),
    lights: wp.array(dtype=LightView),
    S: wp.array(dtype=wp.vec3),
):
    i = wp.tid()
    q = to_map(lights[isc[vi[i]]], world[i])
    S[i] = wp.vec3(q[0], q[1], 1.0 / q[2])


@wp.func
def stored_depth(zb: wp.array(dtype=wp.uint64), base: int, x: float, y: float):
    """Depth of the nearest object in a texel; far where there is none."""
    z = float(1.0e6)
    ix = int(x)
    iy = int(y)
    if ix >= 0 and iy >= 0 and ix < SIDE and iy < SIDE:
        key = zb[base + iy * SIDE + ix]
        if key > wp.uint64(0):
            z = 1.0 / wp.cast(wp.uint32(key >> wp.uint64(32)), float)
    return z


@wp.func
def lit_share(s: View, k: LightView, zb: wp.array(dtype=wp.uint64), base: int, at: wp.vec3, n: wp.vec3, turn: float):
    """Share of the key light that arrives, from the map: blockers are looked for, then a disk as wide as the penumbra."""
    to = s.lp0 - at
    far = wp.length(to)
    slope = wp.dot(to, n) / far
    if slope <= 0.0:
        return 0.0
    q = to_map(k, at + n * (0.004 + 0.01 * (1.0 - slope)))
    texel = 2.0 * k.t * q[2] / float(SIDE)
    search = s.lr0 * 0.18 / texel
    if q[0] < -search or q[1] < -search or q[0] > float(SIDE) + search or q[1] > float(SIDE) + search:
        return 1.0
    c = wp.cos(6.2831853 * turn)
    d = wp.sin(6.2831853 * turn)
    blockers = float(0.0)
    depth = float(0.0)
    for i in range(FEW):
        rr = search * wp.sqrt((float(i) + 0.5) / float(FEW))
        z = stored_depth(zb, base, q[0] + rr * c, q[1] + rr * d)
        if z < q[2] - 0.004:
            blockers += 1.0
            depth += z
        e = c * GOLDEN_C - d * GOLDEN_S
        d = c * GOLDEN_S + d * GOLDEN_C
        c = e
    if blockers == 0.0:
        return 1.0
    z = depth / blockers
    radius = wp.clamp(s.lr0 * (q[2] - z) / z / texel, 0.7, 40.0)
    hidden = float(0.0)
    for i in range(TAPS):
        rr = radius * wp.sqrt((float(i) + 0.5) / float(TAPS))
        if stored_depth(zb, base, q[0] + rr * c, q[1] + rr * d) < q[2] - 0.004:
            hidden += 1.0
        e = c * GOLDEN_C - d * GOLDEN_S
        d = c * GOLDEN_S + d * GOLDEN_C
        c = e
    return 1.0 - hidden / float(TAPS)


@wp.func
def openness(
    g: GBuf, base: int, at: wp.vec3, n: wp.vec3, x: int, y: int, W: int, H: int, reach: float, turn: float, r0: float
):
    """1 where nothing on the screen within 10 cm stands over the surface's horizon, less where something does."""
    blocked = float(0.0)
    c = wp.cos(6.2831853 * turn)
    d = wp.sin(6.2831853 * turn)
    for i in range(FEW):
        rr = reach * (0.25 + 0.75 * fract(r0 + float(i) * 0.618034))
        xx = wp.clamp(x + int(rr * c), 0, W - 1)
        yy = wp.clamp(y + int(rr * d), 0, H - 1)
        v = g.pos[base + yy * W + xx] - at
        len2 = wp.dot(v, v)
        up = wp.dot(v, n) / wp.sqrt(len2 + 1.0e-9)
        blocked += wp.max(up - 0.08, 0.0) / (1.0 + len2 * 60.0)
        e = c * 0.309017 - d * 0.951057
        d = c * 0.951057 + d * 0.309017
        c = e
    return wp.clamp(1.0 - blocked * 0.45, 0.15, 1.0)


@wp.kernel
def approximate_light(
    scn: wp.array(dtype=View),
    lights: wp.array(dtype=LightView),
    zb: wp.array(dtype=wp.uint64),
    g: GBuf,
    mats: wp.array(dtype=Material),
    W: int,
    H: int,
    first: int,
    vis: wp.array(dtype=wp.vec2),
    E: wp.array(dtype=wp.vec4),
):
    P = W * H
    o = surface_place(g, wp.tid(), first, P)
    if g.mat[o] < 0:
        return
    b = o // (LAYERS * P)
    p = o % P
    s = scn[b]
    x = p % W
    y = p // W
    n = g.nrm[o]
    at = g.pos[o]
    turn, other = sequence(x, y, 3)
    lit = lit_share(s, lights[b], zb, b * SIDE * SIDE, at, n, turn)
    reach = wp.clamp(0.1 * float(H) / (wp.length(at - s.eye) * s.t * 2.0), 2.0, 40.0)
    open = openness(g, b * LAYERS * P, at, n, x, y, W, H, reach, turn, other)
    floor = mats[s.mfloor]
    to = s.lp0 - at
    under = wp.cw_mul(floor.c0 * 0.6 + floor.c1 * 0.4, s.sky0 + s.lc0 * (0.5 / wp.dot(to, to)))
    up = 0.5 + 0.5 * n[2]
    e = (s.sky0 * up + s.sky1 * (0.5 * (1.0 - up)) + under * (0.6 * (1.0 - up))) * open
    vis[o] = wp.vec2(lit, 0.35 + 0.65 * open)
    E[o] = wp.vec4(e[0], e[1], e[2], 1.0)


@wp.kernel
def smooth_light(
    g: GBuf,
    W: int,
    H: int,
    first: int,
    vin: wp.array(dtype=wp.vec2),
    ein: wp.array(dtype=wp.vec4),
    vo: wp.array(dtype=wp.vec2),
    eo: wp.array(dtype=wp.vec4),
):
    """Mean over five pixels of the same object and direction."""
    P = W * H
    o = surface_place(g, wp.tid(), first, P)
    if g.mat[o] < 0:
        return
    base = (o // (LAYERS * P)) * LAYERS * P
    p = o % P
    x = p % W
    y = p // W
    n = g.nrm[o]
    total = float(1.0)
    v = vin[o]
    e = ein[o]
    for k in range(4):
        xx = wp.clamp(x + (k % 2) * (k - 2), 0, W - 1)
        yy = wp.clamp(y + ((k + 1) % 2) * (k - 1), 0, H - 1)
        q = base + yy * W + xx
        if g.iid[q] == g.iid[o] and wp.dot(g.nrm[q], n) > 0.8:
            total += 1.0
            v += vin[q]
            e += ein[q]
    vo[o] = v / total
    eo[o] = e / total
