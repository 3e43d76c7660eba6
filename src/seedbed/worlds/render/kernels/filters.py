"""Edge-aware a-trous filter of indirect light (Dammertz et al. 2010), and its way back to every pixel.

Its radius follows the mean hit distance, so contact shadows stay sharp. Shadows are smoothed over 3 x 3
pixels, and only in penumbras.
"""

import warp as wp

from seedbed.worlds.render.kernels.light import pick
from seedbed.worlds.render.kernels.structs import LAYERS, GBuf, View, surface_place

wp.set_module_options({"max_unroll": 1})


@wp.func
def alike(g: GBuf, q: int, iid: int, n: wp.vec3, at: wp.vec3, foot: float):
    """How much the surface at q is the one at `at`: the same object, plane and direction; 0 for another."""
    w = float(0.0)
    if g.iid[q] == iid:
        dn = wp.dot(g.nrm[q], n)
        dp = wp.abs(wp.dot(g.pos[q] - at, n)) / foot
        if dn > 0.6 and dp < 3.0:
            w = dn * dn * dn * dn / (1.0 + dp * dp)
    return w


@wp.kernel
def filter_indirect(
    scn: wp.array(dtype=View),
    g: GBuf,
    W: int,
    H: int,
    r: int,
    w: int,
    h: int,
    step: int,
    ein: wp.array(dtype=wp.vec4),
    eo: wp.array(dtype=wp.vec4),
):
    b, c = wp.tid()
    cx = c % w
    cy = c // w
    base = b * LAYERS * W * H
    o = base + pick(cx, cy, r, W, H)
    here = ein[b * w * h + c]
    if g.mat[o] < 0:
        eo[b * w * h + c] = here
        return
    s = scn[b]
    n = g.nrm[o]
    at = g.pos[o]
    iid = g.iid[o]
    foot = wp.length(at - s.eye) * s.t * 2.0 / float(H)
    radius = wp.clamp(here[3] * 0.4 / foot, 0.8, 5.0)  # in pixels, from the mean hit distance
    k = float(step) / radius
    near = wp.exp(-0.5 * k * k)
    total = float(1.0)
    e = here
    for j in range(-1, 2):
        for i in range(-1, 2):
            x = cx + i * step
            y = cy + j * step
            if (i != 0 or j != 0) and x >= 0 and y >= 0 and x < w and y < h:
                a = alike(g, base + pick(x, y, r, W, H), iid, n, at, foot * float(step * r))
                if a > 0.0:
                    a = a * near
                    if i != 0 and j != 0:
                        a = a * near
                    total += a
                    e += ein[b * w * h + y * w + x] * a
    eo[b * w * h + c] = e / total


@wp.kernel
def spread_light(
    scn: wp.array(dtype=View),
    g: GBuf,
    W: int,
    H: int,
    r: int,
    w: int,
    h: int,
    first: int,
    vin: wp.array(dtype=wp.vec3),
    ein: wp.array(dtype=wp.vec4),
    vo: wp.array(dtype=wp.vec2),
    eo: wp.array(dtype=wp.vec4),
):
    """Indirect light from the four cells around to each surface; shadows smoothed where rays were cast for them."""
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
    iid = g.iid[o]
    foot = wp.length(at - s.eye) * s.t * 2.0 / float(H)
    base = b * LAYERS * P
    cx = x // r
    cy = y // r
    total = float(1.0e-4)
    e = ein[b * w * h + cy * w + cx] * 1.0e-4  # where no cell around is of this surface
    for j in range(2):
        for i in range(2):
            xx = wp.clamp(cx + i * (2 * ((x + 1 + cy) & 1) - 1), 0, w - 1)
            yy = wp.clamp(cy + j * (2 * ((y + 1 + cx) & 1) - 1), 0, h - 1)
            a = alike(g, base + pick(xx, yy, r, W, H), iid, n, at, foot * float(r))
            if a > 0.0:
                if i != 0:
                    a = a * 0.6
                if j != 0:
                    a = a * 0.6
                total += a
                e += ein[b * w * h + yy * w + xx] * a
    eo[o] = e / total
    here = vin[o]
    sum = here
    weight = float(1.0)
    if here[2] > 0.0:
        for j in range(3):
            for i in range(3):
                xx = x + i - 1
                yy = y + j - 1
                if (i != 1 or j != 1) and xx >= 0 and yy >= 0 and xx < W and yy < H:
                    q = base + yy * W + xx
                    a = alike(g, q, iid, n, at, foot)
                    if i != 1 and j != 1:
                        a = a * 0.6
                    weight += a
                    sum += vin[q] * a
    vo[o] = wp.vec2(sum[0] / weight, sum[1] / weight)
