"""Final shading: textures, GGX specular of area lights (Karis 2013), one reflection ray, tone mapping, layers."""

import warp as wp

from seedbed.worlds.render.kernels.light import bounce, sky
from seedbed.worlds.render.kernels.materials import texture
from seedbed.worlds.render.kernels.structs import LAYERS, GBuf, Material, View


@wp.func
def specular_ggx(n: wp.vec3, v: wp.vec3, l: wp.vec3, a: float, f0: wp.vec3):
    h = wp.normalize(v + l)
    nh = wp.max(wp.dot(n, h), 0.0)
    nv = wp.max(wp.dot(n, v), 0.02)
    nl = wp.max(wp.dot(n, l), 0.0)
    a2 = a * a
    dd = nh * nh * (a2 - 1.0) + 1.0
    D = a2 / (3.14159 * dd * dd)
    k = a * 0.5
    G = 1.0 / ((nv * (1.0 - k) + k) * (nl * (1.0 - k) + k) * 4.0)
    x = 1.0 - wp.max(wp.dot(h, v), 0.0)
    x5 = x * x * x * x * x
    return (f0 + (wp.vec3(1.0) - f0) * x5) * (D * G * nl)


@wp.func
def area_light(
    n: wp.vec3,
    v: wp.vec3,
    pos: wp.vec3,
    lp: wp.vec3,
    lc: wp.vec3,
    lr: float,
    alb: wp.vec3,
    ro: float,
    f0: wp.vec3,
    dif: float,
):
    l = lp - pos
    d2 = wp.dot(l, l)
    dl = wp.sqrt(d2)
    e = lc / d2
    nl = wp.max(wp.dot(n, l) / dl, 0.0)
    # representative point (Karis) + widened roughness for the specular lobe
    r = n * (2.0 * wp.dot(n, v)) - v
    ctr = r * wp.dot(l, r) - l
    cl = wp.length(ctr)
    q = l + ctr * wp.clamp(lr / wp.max(cl, 1.0e-5), 0.0, 1.0)
    a = wp.max(ro * ro, 0.004)
    an = wp.clamp(a + lr / (2.0 * dl), 0.0, 1.0)
    nrm = (a / an) * (a / an)
    return wp.cw_mul(alb, e) * (nl * dif) + wp.cw_mul(specular_ggx(n, v, wp.normalize(q), a, f0), e) * (nrm * 3.14159)


@wp.func
def tone_map(x: float):
    # gentle filmic shoulder then sRGB
    y = x * (1.0 + x * 0.06) / (1.0 + x * 0.42)
    y = wp.clamp(y * 1.18, 0.0, 1.0)
    return wp.where(y <= 0.0031308, y * 12.92, 1.055 * wp.pow(y, 0.41666) - 0.055)


@wp.kernel
def shade(
    scn: wp.array(dtype=View),
    mesh: wp.uint64,
    batched: bool,
    g: GBuf,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    W: int,
    H: int,
    vis: wp.array(dtype=wp.vec2),
    E: wp.array(dtype=wp.vec4),
    rgb: wp.array(dtype=wp.uint8),
    mask: wp.array(dtype=wp.int16),
    depth: wp.array(dtype=float),
    normal: wp.array(dtype=wp.vec3),
):
    b, p = wp.tid()
    P = W * H
    s = scn[b]
    root = int(-1)
    if batched:
        root = wp.mesh_get_group_root(mesh, b)
    acc = wp.vec3(0.0)
    for l in range(LAYERS):
        o = (b * LAYERS + l) * P + p
        w = g.w[o]
        if w > 0.0:
            mi = g.mat[o]
            pos = g.pos[o]
            vw = wp.normalize(s.eye - pos)
            col = sky(s, -vw)
            if mi >= 0:
                m = mats[mi]
                n = g.nrm[o]
                dist = wp.length(s.eye - pos)
                foot = dist * s.t * 2.0 / float(H) / wp.max(wp.abs(wp.dot(n, vw)), 0.2)
                sd = wp.uint32(s.seed * 131 + (mi - s.mat0) * 7 + 13)  # scene-local: not the place in the batch
                c, ro, bg = texture(m, sd, g.loc[o], g.lnr[o], foot)
                ro = wp.sqrt(
                    wp.sqrt(ro * ro * ro * ro + 0.25 * wp.min(foot * g.cv[o], 1.0) * wp.min(foot * g.cv[o], 1.0))
                )
                if m.bump > 0.0:
                    n = wp.normalize(n + bg - n * wp.dot(bg, n))
                alb = c * (1.0 - m.metal)
                f0 = wp.vec3(0.04) * (1.0 - m.metal) + c * m.metal
                vi = vis[o]
                e = E[o]
                ei = wp.vec3(e[0], e[1], e[2])
                col = wp.cw_mul(alb, ei)
                if vi[0] > 0.0:
                    col += area_light(n, vw, pos, s.lp0, s.lc0, s.lr0, alb, ro, f0, 1.0) * vi[0]
                if s.lc1[0] > 0.0 and vi[1] > 0.0:
                    col += area_light(n, vw, pos, s.lp1, s.lc1, s.lr1, alb, ro, f0, 1.0) * vi[1]
                nv = wp.max(wp.dot(n, vw), 0.0)
                x = 1.0 - wp.max(nv, 0.15)
                fe = f0 + (wp.vec3(1.0) * (1.0 - ro) - f0 * (1.0 - ro)) * (x * x * x * x * x)
                env = ei
                if m.metal > 0.3 or ro < 0.3:
                    r = wp.normalize(n * (2.0 * wp.dot(n, vw)) - vw)
                    cb, tt = bounce(mesh, root, s, fmat, mats, pos + n * 3.0e-3, r, 0.0, 0.0, True)
                    k = wp.clamp(1.4 - 2.0 * ro, 0.0, 1.0)
                    if tt < 0.02:
                        k = 0.0
                    env = cb * k + ei * (1.0 - k)
                col += wp.cw_mul(fe, env)
                col += c * m.emit
            acc += wp.vec3(wp.min(col[0], 4.0), wp.min(col[1], 4.0), wp.min(col[2], 4.0)) * w
    acc = acc * s.expo
    q = b * P + p
    rgb[q * 3 + 0] = wp.uint8(tone_map(acc[0]) * 254.9 + 0.5)
    rgb[q * 3 + 1] = wp.uint8(tone_map(acc[1]) * 254.9 + 0.5)
    rgb[q * 3 + 2] = wp.uint8(tone_map(acc[2]) * 254.9 + 0.5)
    o0 = b * LAYERS * P + p
    mask[q] = wp.int16(g.iid[o0])
    depth[q] = g.dep[o0]
    normal[q] = g.nrm[o0]
