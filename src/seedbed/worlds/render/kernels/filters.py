"""Edge-aware a-trous filter of visibility and indirect light (Dammertz et al. 2010).

Its radius follows the mean hit distance, so contact shadows stay sharp.
"""

import warp as wp

from seedbed.worlds.render.kernels.structs import LAYERS, GBuf, View


@wp.kernel
def filter_light(
    scn: wp.array(dtype=View),
    g: GBuf,
    W: int,
    H: int,
    step: int,
    vin: wp.array(dtype=wp.vec2),
    ein: wp.array(dtype=wp.vec4),
    vo: wp.array(dtype=wp.vec2),
    eo: wp.array(dtype=wp.vec4),
):
    b, l, p = wp.tid()
    P = W * H
    o = (b * LAYERS + l) * P + p
    if g.w[o] <= 0.0:
        return
    s = scn[b]
    x = p % W
    y = p // W
    n = g.nrm[o]
    po = g.pos[o]
    foot = wp.length(po - s.eye) * s.t * 2.0 / float(H)
    c = ein[o]
    rad = wp.clamp(c[3] * 0.4 / foot, 0.8, 5.0)  # filter radius in pixels from mean hit distance
    ks = float(step) / rad
    vk = float(0.35)
    if step == 2:
        vk = 0.9
    we = float(1.0)
    wv = float(1.0)
    ea = c
    va = vin[o]
    for j in range(-1, 2):
        for i in range(-1, 2):
            xx = x + i * step
            yy = y + j * step
            if (i != 0 or j != 0) and xx >= 0 and yy >= 0 and xx < W and yy < H:
                q = b * LAYERS * P + yy * W + xx
                if g.iid[q] == g.iid[o]:
                    dn = wp.dot(g.nrm[q], n)
                    dp = wp.abs(wp.dot(g.pos[q] - po, n)) / (foot * float(step))
                    if dn > 0.6 and dp < 3.0:
                        w0 = dn * dn * dn * dn / (1.0 + dp * dp)
                        r2_ = float(i * i + j * j)
                        w = w0 * wp.exp(-r2_ * ks * ks * 0.5)
                        we += w
                        ea += ein[q] * w
                        if step <= 2:
                            w = w0 * wp.exp(-r2_ * vk)
                            wv += w
                            va += vin[q] * w
    eo[o] = ea / we
    vo[o] = va / wv
