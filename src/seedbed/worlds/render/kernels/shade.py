"""Final shading: textures, GGX specular of area lights (Karis 2013), reflection, refraction, tone mapping, layers."""

import warp as wp

from seedbed.worlds.render.kernels.gbuffer import plane_normal, planes
from seedbed.worlds.render.kernels.light import bounce, lit_surface, scene_root, sky
from seedbed.worlds.render.kernels.materials import texture
from seedbed.worlds.render.kernels.structs import LAYERS, GBuf, Material, View

GLASS = wp.constant(1.5)  # refractive index

wp.set_module_options({"max_unroll": 1})


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
    n: wp.vec3, v: wp.vec3, pos: wp.vec3, lp: wp.vec3, lc: wp.vec3, lr: float, alb: wp.vec3, ro: float, f0: wp.vec3
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
    return wp.cw_mul(alb, e) * nl + wp.cw_mul(specular_ggx(n, v, wp.normalize(q), a, f0), e) * (nrm * 3.14159)


@wp.func
def softbox(s: View, d: wp.vec3):
    """What shiny things see beside the sky: a broad soft lamp above, on the key light's side."""
    k = wp.dot(d, wp.normalize(s.lp0 + wp.vec3(0.0, 0.0, 1.0)))
    return (s.sky0 + s.sky1) * (1.3 * wp.smoothstep(0.72, 0.9, k))


@wp.func
def passing(
    mesh: wp.uint64,
    root: int,
    s: View,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    o: wp.vec3,
    direction: wp.vec3,
):
    """Radiance along a ray that may enter and leave glass up to six times (Snell; total reflection inside)."""
    at = o
    d = direction
    tint = wp.vec3(1.0)
    col = wp.vec3(0.0)
    go = bool(True)
    for k in range(7):
        if go:
            pt, pk = planes(s, at, d)
            t = wp.min(pt, 50.0)
            q = wp.mesh_query_ray(mesh, at, d, t, root)
            if not q.result:
                go = False
                col = sky(s, d) + softbox(s, d)
                if pk > -9:
                    mi = s.mwall
                    if pk == -1:
                        mi = s.mfloor
                    n = plane_normal(pk)
                    col = lit_surface(mesh, root, s, fmat, mats, mi, at + d * t + n * 2.0e-3, n, 0.0, 0.0)
            else:
                mi = fmat[q.face]
                n = wp.normalize(q.normal)
                hit = at + d * q.t
                if mats[mi].glass < 0.5 or k == 6:
                    go = False
                    if wp.dot(n, d) > 0.0:
                        n = -n
                    col = lit_surface(mesh, root, s, fmat, mats, mi, hit + n * 2.0e-3, n, 0.0, 0.0)
                else:
                    eta = 1.0 / GLASS
                    if wp.dot(n, d) > 0.0:
                        n = -n
                        eta = GLASS
                    else:
                        tint = wp.cw_mul(tint, mats[mi].c0)
                    c = -wp.dot(n, d)
                    k2 = 1.0 - eta * eta * (1.0 - c * c)
                    if k2 < 0.0:
                        d = d + n * (2.0 * c)
                        at = hit + n * 1.0e-3
                    else:
                        d = wp.normalize(d * eta + n * (eta * c - wp.sqrt(k2)))
                        at = hit - n * 1.0e-3
    return wp.cw_mul(col, tint)


@wp.func
def tone_map(x: float):
    # gentle filmic shoulder then sRGB
    y = x * (1.0 + x * 0.06) / (1.0 + x * 0.42)
    y = wp.clamp(y * 1.18, 0.0, 1.0)
    r = wp.sqrt(y)  # sRGB's curve by square roots (max error 0.0026)
    q = wp.sqrt(r)
    o = wp.sqrt(q)
    return wp.where(y <= 0.0031308, y * 12.92, 0.585122381 * r + 0.783140355 * q - 0.368262736 * o)


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
):
    """Without a mesh (id 0) shiny surfaces reflect the room alone, and glass is seen through unbent."""
    b, p = wp.tid()
    P = W * H
    s = scn[b]
    root = scene_root(mesh, batched, b)
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
                wide = wp.min(foot * g.cv[o], 1.0)
                ro = wp.sqrt(wp.sqrt(ro * ro * ro * ro + 0.25 * wide * wide))
                if m.bump > 0.0:
                    n = wp.normalize(n + bg - n * wp.dot(bg, n))
                alb = c * ((1.0 - m.metal) * (1.0 - 0.94 * m.glass))
                f0 = wp.vec3(0.04) * (1.0 - m.metal) + c * m.metal
                vi = vis[o]
                ei = wp.vec3(E[o][0], E[o][1], E[o][2])
                col = wp.cw_mul(alb, ei)
                if vi[0] > 0.0:
                    col += area_light(n, vw, pos, s.lp0, s.lc0, s.lr0, alb, ro, f0) * vi[0]
                if s.lc1[0] > 0.0 and vi[1] > 0.0:
                    if ro < 0.6:
                        col += area_light(n, vw, pos, s.lp1, s.lc1, s.lr1, alb, ro, f0) * vi[1]
                    else:  # too rough for its weak highlight to be seen
                        l1 = s.lp1 - pos
                        d1 = wp.dot(l1, l1)
                        col += wp.cw_mul(alb, s.lc1) * (wp.max(wp.dot(n, l1), 0.0) / (wp.sqrt(d1) * d1) * vi[1])
                nv = wp.max(wp.dot(n, vw), 0.0)
                x = 1.0 - wp.max(nv, 0.15)
                if m.glass > 0.5:
                    x = 1.0 - nv
                fe = f0 + (wp.vec3(1.0) * (1.0 - ro) - f0 * (1.0 - ro)) * (x * x * x * x * x)
                env = ei
                if m.metal > 0.3 or ro < 0.3:
                    r = wp.normalize(n * (2.0 * wp.dot(n, vw)) - vw)
                    cb, tt = bounce(mesh, root, s, fmat, mats, pos + n * 3.0e-3, r, 0.0, 0.0)
                    if tt > 49.0:
                        cb += softbox(s, r)
                    k = wp.clamp(1.4 - 2.0 * ro, 0.0, 1.0)
                    if tt < 0.02:
                        k = 0.0
                    env = cb * k + ei * (1.0 - k)
                col += wp.cw_mul(fe, env)
                if m.glass > 0.5:
                    behind = wp.vec3(0.0)
                    if mesh != wp.uint64(0):
                        behind = passing(mesh, root, s, fmat, mats, pos + vw * 2.0e-3, -vw)
                    else:
                        seen, far = bounce(mesh, root, s, fmat, mats, pos, -vw, 0.0, 0.0)
                        behind = wp.cw_mul(seen, c)
                    col += wp.cw_mul(behind, wp.vec3(1.0) - fe)
                col += c * m.emit
            acc += wp.vec3(wp.min(col[0], 4.0), wp.min(col[1], 4.0), wp.min(col[2], 4.0)) * w
    acc = acc * s.expo
    q = (b * P + p) * 3
    rgb[q] = wp.uint8(tone_map(acc[0]) * 254.9 + 0.5)
    rgb[q + 1] = wp.uint8(tone_map(acc[1]) * 254.9 + 0.5)
    rgb[q + 2] = wp.uint8(tone_map(acc[2]) * 254.9 + 0.5)
