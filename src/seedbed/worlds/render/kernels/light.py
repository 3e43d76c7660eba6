"""Light transport with rays against a BVH: soft shadows of two area lights and one bounce of indirect light.

`refine_penumbra` spends more shadow rays only where the neighbourhood disagrees. Indirect light changes
slowly, so it may be gathered for one pixel in r x r. Glass lets part of the light through.
"""

import warp as wp

from seedbed.worlds.render.kernels.gbuffer import plane_normal, planes
from seedbed.worlds.render.kernels.sampling import basis, sequence, to_light
from seedbed.worlds.render.kernels.structs import LAYERS, GBuf, Material, View, surface_place

wp.set_module_options({"max_unroll": 1})

THROUGH = wp.constant(0.84)  # share of light that passes one surface of glass


@wp.func
def scene_root(mesh: wp.uint64, batched: bool, b: int):
    """Where a scene's part of the BVH begins; -1 for a mesh of one scene."""
    root = int(-1)
    if batched:
        root = wp.mesh_get_group_root(mesh, b)
    return root


@wp.func
def sky(s: View, d: wp.vec3):
    h = wp.clamp(d[2] * 1.2 + 0.15, 0.0, 1.0)
    return s.sky1 * (1.0 - h) + s.sky0 * h


@wp.func
def light_through(
    mesh: wp.uint64,
    root: int,
    s: View,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    o: wp.vec3,
    l: wp.vec3,
):
    """Share of light that arrives along `l` from its end: 0 or 1, or between when glass is in the way."""
    left = wp.length(l)
    d = l / left
    if s.glass == 0:
        if wp.mesh_query_ray_anyhit(mesh, o, d, left, root):
            return 0.0
        return 1.0
    share = float(1.0)
    at = o
    for k in range(8):
        if share > 0.0 and left > 0.0:
            q = wp.mesh_query_ray(mesh, at, d, left, root)
            if q.result:
                if mats[fmat[q.face]].glass > 0.5:
                    share *= THROUGH
                else:
                    share = 0.0
                at = at + d * (q.t + 1.0e-3)
                left -= q.t + 1.0e-3
            else:
                left = 0.0
    return share


@wp.func
def lit_surface(
    mesh: wp.uint64,
    root: int,
    s: View,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    mi: int,
    h: wp.vec3,
    n: wp.vec3,
    u: float,
    v: float,
):
    """Light that leaves a surface hit by a secondary ray: flat colour, key light with its shadow, the sky."""
    m = mats[mi]
    alb = (m.c0 * 0.6 + m.c1 * 0.4) * (1.0 - 0.5 * m.metal)
    l = to_light(h, s.lp0, s.lr0, u, v)
    d2 = wp.dot(l, l)
    e = s.lc0 * (wp.max(wp.dot(n, l), 0.0) / (wp.sqrt(d2) * d2))
    if wp.dot(n, l) > 0.0 and mesh != wp.uint64(0):
        e = e * light_through(mesh, root, s, fmat, mats, h, l)
    amb = (s.sky0 * (0.5 + 0.5 * n[2]) + s.sky1 * (0.5 - 0.3 * n[2])) * 0.35
    return wp.cw_mul(alb, e + amb) + m.c0 * m.emit


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
):
    """Radiance arriving along d, and the distance of what it comes from. Without a mesh: the room alone."""
    pt, pk = planes(s, o, d)
    t = wp.min(pt, 50.0)
    hit = bool(pk > -9)
    n = plane_normal(pk)
    mi = s.mwall
    if pk == -1:
        mi = s.mfloor
    if mesh != wp.uint64(0):
        q = wp.mesh_query_ray(mesh, o, d, t, root)
        if q.result:
            t = q.t
            n = wp.normalize(q.normal)
            if wp.dot(n, d) > 0.0:
                n = -n
            mi = fmat[q.face]
            hit = True
    col = sky(s, d)
    if hit:
        col = lit_surface(mesh, root, s, fmat, mats, mi, o + d * t + n * 2.0e-3, n, u, v)
    return col, t


@wp.func
def pick(x: int, y: int, r: int, W: int, H: int):
    """The pixel that stands for cell (x, y) of r x r pixels: staggered, so that thin lines are not missed whole."""
    return wp.min(y * r + (x & 1) * (r - 1), H - 1) * W + wp.min(x * r + (y & 1) * (r - 1), W - 1)


@wp.kernel
def gather_shadows(
    scn: wp.array(dtype=View),
    mesh: wp.uint64,
    batched: bool,
    g: GBuf,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    W: int,
    H: int,
    r: int,
    w: int,
    h: int,
    vis: wp.array(dtype=wp.vec2),
):
    """Share of the key and the fill light that arrives at each cell's pixel: one ray to each."""
    b, c = wp.tid()
    x = c % w
    y = c // w
    o = b * LAYERS * W * H + pick(x, y, r, W, H)
    q = b * w * h + c
    vis[q] = wp.vec2(1.0, 1.0)
    if g.mat[o] < 0:
        return
    s = scn[b]
    root = scene_root(mesh, batched, b)
    vis[q] = wp.vec2(
        light_share(mesh, root, s, fmat, mats, g.pos[o], g.nrm[o], s.lp0, s.lr0, x, y, 0, 1),
        light_share(mesh, root, s, fmat, mats, g.pos[o], g.nrm[o], s.lp1, s.lr1, x, y, 5, 1),
    )


@wp.func
def light_share(
    mesh: wp.uint64,
    root: int,
    s: View,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    at: wp.vec3,
    n: wp.vec3,
    lp: wp.vec3,
    lr: float,
    x: int,
    y: int,
    first: int,
    rays: int,
):
    """Mean over `rays` stratified rays to a spherical light."""
    pos = at + n * 2.0e-3
    a = float(0.0)
    if wp.dot(lp - pos, n) > -lr:
        for k in range(rays):
            u, v = sequence(x, y, first + k)
            a += light_through(mesh, root, s, fmat, mats, pos, to_light(pos, lp, lr, (float(k) + u) / float(rays), v))
    return a / float(rays)


@wp.func
def differ(a: wp.vec2, b: wp.vec2):
    return a[0] != b[0] or a[1] != b[1]


@wp.kernel
def refine_penumbra(
    scn: wp.array(dtype=View),
    mesh: wp.uint64,
    batched: bool,
    g: GBuf,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    W: int,
    H: int,
    r: int,
    w: int,
    h: int,
    first: int,
    rays: int,
    fill_rays: int,
    cells: wp.array(dtype=wp.vec2),
    out: wp.array(dtype=wp.vec3),
):
    """Where the cells around agree and lie on the same surface, their value; elsewhere rays of its own.

    The third number says whether rays were cast for it: those surfaces are smoothed afterwards.
    """
    P = W * H
    i = wp.tid()
    o = surface_place(g, i, first, P)
    if g.mat[o] < 0:
        return
    b = o // (LAYERS * P)
    p = o % P
    x = p % W
    y = p // W
    n = g.nrm[o]
    cx = x // r
    cy = y // r
    lo = wp.vec2(2.0, 2.0)
    hi = wp.vec2(-1.0, -1.0)
    for jj in range(3):
        for ii in range(3):
            xx = wp.clamp(cx + ii - 1, 0, w - 1)
            yy = wp.clamp(cy + jj - 1, 0, h - 1)
            v = cells[b * w * h + yy * w + xx]
            if differ(v, lo) or differ(v, hi):
                q = b * LAYERS * P + pick(xx, yy, r, W, H)
                if g.iid[q] == g.iid[o] and wp.dot(g.nrm[q], n) > 0.5:
                    lo = wp.min(lo, v)
                    hi = wp.max(hi, v)
    if not differ(lo, hi):
        out[o] = wp.vec3(lo[0], lo[1], 0.0)
        return
    s = scn[b]
    root = scene_root(mesh, batched, b)
    v0 = lo[0]
    v1 = lo[1]
    if lo[0] != hi[0]:
        v0 = light_share(mesh, root, s, fmat, mats, g.pos[o], n, s.lp0, s.lr0, x, y, 20, rays)
    if lo[1] != hi[1]:
        v1 = light_share(mesh, root, s, fmat, mats, g.pos[o], n, s.lp1, s.lr1, x, y, 40, fill_rays)
    out[o] = wp.vec3(v0, v1, 1.0)


@wp.kernel
def gather_indirect(
    scn: wp.array(dtype=View),
    mesh: wp.uint64,
    batched: bool,
    g: GBuf,
    fmat: wp.array(dtype=int),
    mats: wp.array(dtype=Material),
    W: int,
    H: int,
    r: int,
    w: int,
    h: int,
    ngi: int,
    E: wp.array(dtype=wp.vec4),
):
    """Mean light of `ngi` cosine-weighted rays from each cell's pixel, and the harmonic mean of their lengths."""
    b, c = wp.tid()
    cx = c % w
    cy = c // w
    p = pick(cx, cy, r, W, H)
    o = b * LAYERS * W * H + p
    q = b * w * h + c
    E[q] = wp.vec4(0.0, 0.0, 0.0, 1.0)
    if g.mat[o] < 0:
        return
    s = scn[b]
    root = scene_root(mesh, batched, b)
    n = g.nrm[o]
    pos = g.pos[o] + n * 2.0e-3
    t1, t2 = basis(n)
    e = wp.vec3(0.0)
    hd = float(0.0)
    for k in range(ngi):
        u, v = sequence(cx, cy, 11 + k)
        u = (float(k) + u) / float(ngi)
        rr = wp.sqrt(u)
        ph = 6.2831853 * v
        d = t1 * (rr * wp.cos(ph)) + t2 * (rr * wp.sin(ph)) + n * wp.sqrt(1.0 - u)
        l, t = bounce(mesh, root, s, fmat, mats, pos, d, v, u)
        e += wp.vec3(wp.min(l[0], 3.0), wp.min(l[1], 3.0), wp.min(l[2], 3.0))
        hd += 1.0 / (0.05 + t)
    iv = 1.0 / float(ngi)
    E[q] = wp.vec4(e[0] * iv, e[1] * iv, e[2] * iv, 1.0 / (hd * iv))
