"""Light transport with rays against a BVH: soft shadows of two area lights and one bounce of indirect light.

`refine_penumbra` spends more shadow rays only where the neighbourhood disagrees.
"""

import warp as wp

from seedbed.worlds.render.kernels.gbuffer import plane_normal, planes
from seedbed.worlds.render.kernels.sampling import basis, sequence, to_light
from seedbed.worlds.render.kernels.structs import LAYERS, GBuf, Material, View


@wp.func
def sky(s: View, d: wp.vec3):
    h = wp.clamp(d[2] * 1.2 + 0.15, 0.0, 1.0)
    return s.sky1 * (1.0 - h) + s.sky0 * h


@wp.func
def bounce(
    mesh: wp.uint64,
    root: int,
    s: View,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    o: wp.vec3,
    d: wp.vec3,
    u: float,
    v: float,
    shadow: bool,
):
    """radiance arriving along d (flat colours) and hit distance"""
    pt, pk = planes(s, o, d)
    t = wp.min(pt, 50.0)
    q = wp.mesh_query_ray(mesh, o, d, t, root)
    hit = bool(pk > -9)
    n = plane_normal(pk)
    mi = s.mwall
    if pk == -1:
        mi = s.mfloor
    if q.result:
        t = q.t
        n = wp.normalize(q.normal)
        if wp.dot(n, d) > 0.0:
            n = -n
        mi = fmat[q.face]
        hit = True
    col = sky(s, d)
    if hit:
        m = mats[mi]
        alb = (m.c0 * 0.6 + m.c1 * 0.4) * (1.0 - 0.5 * m.metal)
        h = o + d * t + n * 2.0e-3
        l = to_light(h, s.lp0, s.lr0, u, v)
        d2 = wp.dot(l, l)
        dl = wp.sqrt(d2)
        e = s.lc0 * (wp.max(wp.dot(n, l), 0.0) / (dl * d2))
        if shadow and wp.dot(n, l) > 0.0:
            if wp.mesh_query_ray_anyhit(mesh, h, l / dl, dl, root):
                e = wp.vec3(0.0)
        amb = (s.sky0 * (0.5 + 0.5 * n[2]) + s.sky1 * (0.5 - 0.3 * n[2])) * 0.35
        col = wp.cw_mul(alb, e + amb) + m.c0 * m.emit
    return col, t


@wp.kernel
def gather_light(
    scn: wp.array(dtype=View),
    mesh: wp.uint64,
    batched: bool,
    g: GBuf,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    W: int,
    P: int,
    nsh: int,
    ngi: int,
    gsh: bool,
    vis: wp.array(dtype=wp.vec2),
    E: wp.array(dtype=wp.vec4),
):
    b, l, p = wp.tid()
    o = (b * LAYERS + l) * P + p
    if g.w[o] <= 0.0:
        return
    vis[o] = wp.vec2(1.0, 1.0)
    E[o] = wp.vec4(0.0, 0.0, 0.0, 1.0)
    if g.mat[o] < 0:
        return
    s = scn[b]
    root = int(-1)
    if batched:
        root = wp.mesh_get_group_root(mesh, b)
    x = p % W
    y = p // W
    n = g.nrm[o]
    pos = g.pos[o] + n * 2.0e-3
    a0 = float(0.0)
    a1 = float(0.0)
    if wp.dot(s.lp0 - pos, n) > -s.lr0:
        for k in range(nsh):
            u, v = sequence(x, y, k)
            d = to_light(pos, s.lp0, s.lr0, (float(k) + u) / float(nsh), v)
            dl = wp.length(d)
            if not wp.mesh_query_ray_anyhit(mesh, pos, d / dl, dl, root):
                a0 += 1.0
    if s.lc1[0] > 0.0:
        if wp.dot(s.lp1 - pos, n) > -s.lr1:
            u, v = sequence(x, y, 5)
            d = to_light(pos, s.lp1, s.lr1, u, v)
            dl = wp.length(d)
            if not wp.mesh_query_ray_anyhit(mesh, pos, d / dl, dl, root):
                a1 += 1.0
    vis[o] = wp.vec2(a0 / float(nsh), a1)
    t1, t2 = basis(n)
    e = wp.vec3(0.0)
    hd = float(0.0)
    for k in range(ngi):
        u, v = sequence(x, y, 11 + k)
        u = (float(k) + u) / float(ngi)
        r = wp.sqrt(u)
        ph = 6.2831853 * v
        d = t1 * (r * wp.cos(ph)) + t2 * (r * wp.sin(ph)) + n * wp.sqrt(1.0 - u)
        c, t = bounce(mesh, root, s, fmat, mats, pos, d, v, u, gsh)
        e += wp.vec3(wp.min(c[0], 3.0), wp.min(c[1], 3.0), wp.min(c[2], 3.0))
        hd += 1.0 / (0.05 + t)
    iv = 1.0 / float(ngi)
    E[o] = wp.vec4(e[0] * iv, e[1] * iv, e[2] * iv, 1.0 / (hd * iv))


@wp.kernel
def refine_penumbra(
    scn: wp.array(dtype=View),
    mesh: wp.uint64,
    batched: bool,
    g: GBuf,
    W: int,
    H: int,
    nsh: int,
    nex: int,
    vis: wp.array(dtype=wp.vec2),
    out: wp.array(dtype=wp.vec2),
):
    b, l, p = wp.tid()
    P = W * H
    o = (b * LAYERS + l) * P + p
    if g.w[o] <= 0.0:
        return
    out[o] = vis[o]
    if g.mat[o] < 0:
        return
    s = scn[b]
    x = p % W
    y = p // W
    lo = vis[o]
    hi = lo
    for j in range(-1, 2):
        for i in range(-1, 2):
            xx = wp.clamp(x + i, 0, W - 1)
            yy = wp.clamp(y + j, 0, H - 1)
            q = b * LAYERS * P + yy * W + xx
            if g.iid[q] == g.iid[o] and wp.dot(g.nrm[q], g.nrm[o]) > 0.5:
                lo = wp.min(lo, vis[q])
                hi = wp.max(hi, vis[q])
    root = int(-1)
    if batched:
        root = wp.mesh_get_group_root(mesh, b)
    pos = g.pos[o] + g.nrm[o] * 2.0e-3
    v0 = vis[o][0]
    v1 = vis[o][1]
    if lo[0] != hi[0]:
        a = v0 * float(nsh)
        for k in range(nex):
            u, v = sequence(x, y, 20 + k)
            d = to_light(pos, s.lp0, s.lr0, (float(k) + u) / float(nex), v)
            dl = wp.length(d)
            if not wp.mesh_query_ray_anyhit(mesh, pos, d / dl, dl, root):
                a += 1.0
        v0 = a / float(nsh + nex)
    if lo[1] != hi[1]:
        a = v1
        for k in range(nex):
            u, v = sequence(x, y, 40 + k)
            d = to_light(pos, s.lp1, s.lr1, (float(k) + u) / float(nex), v)
            dl = wp.length(d)
            if not wp.mesh_query_ray_anyhit(mesh, pos, d / dl, dl, root):
                a += 1.0
        v1 = a / float(1 + nex)
    out[o] = wp.vec2(v0, v1)
