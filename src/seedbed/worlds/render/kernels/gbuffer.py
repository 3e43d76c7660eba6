"""Resolve the z-buffer: per pixel up to four surfaces, the samples of each counted as its weight.

Rooms are analytic planes: floor z = 0, a back wall and two side walls. Instance numbers below zero name
them: -1 floor, -2 back, -3 left, -4 right, -9 nothing.
"""

import warp as wp

from seedbed.worlds.render.kernels.structs import LAYERS, GBuf, View, layer_normals

wp.set_module_options({"max_unroll": 1})


@wp.func
def planes(s: View, o: wp.vec3, d: wp.vec3):
    """analytic room: floor z=0, back wall, side walls. returns t, id (-1 floor, -2 back, -3 left, -4 right, -9 none)"""
    t = float(1.0e9)
    k = int(-9)
    if d[2] < -1.0e-6:
        t = -o[2] / d[2]
        k = -1
    if d[1] > 1.0e-6:
        q = (s.yw - o[1]) / d[1]
        if q > 0.0 and q < t and q < 1.0e4:
            t = q
            k = -2
    if d[0] < -1.0e-6:
        q = (s.xl - o[0]) / d[0]
        if q > 0.0 and q < t and q < 1.0e4:
            t = q
            k = -3
    if d[0] > 1.0e-6:
        q = (s.xr - o[0]) / d[0]
        if q > 0.0 and q < t and q < 1.0e4:
            t = q
            k = -4
    return t, k


@wp.func
def plane_normal(k: int):
    n = wp.vec3(0.0, 0.0, 1.0)
    if k == -2:
        n = wp.vec3(0.0, -1.0, 0.0)
    if k == -3:
        n = wp.vec3(1.0, 0.0, 0.0)
    if k == -4:
        n = wp.vec3(-1.0, 0.0, 0.0)
    return n


@wp.func
def ray_direction(s: View, x: float, y: float, W: float, H: float):
    return s.f + s.r * ((x / H * 2.0 - W / H) * s.t) + s.u * ((1.0 - y / H * 2.0) * s.t)  # unnormalised: t == z-depth


@wp.kernel
def resolve_gbuffer(
    scn: wp.array(dtype=View),
    zb: wp.array(dtype=wp.uint64),
    F: wp.array(dtype=wp.vec3i),
    V: wp.array(dtype=wp.vec3),
    N: wp.array(dtype=wp.vec3),
    L: wp.array(dtype=wp.vec3),
    finst: wp.array(dtype=int),
    fmat: wp.array(dtype=int),
    X: wp.array(dtype=wp.mat44),
    W: int,
    H: int,
    SS: int,
    g: GBuf,
):
    b, p = wp.tid()
    s = scn[b]
    x = p % W
    y = p // W
    P = W * H
    n2 = SS * SS
    lid = wp.vec4i(-9, -9, -9, -9)
    ltri = wp.vec4i(-2, -2, -2, -2)
    lcnt = wp.vec4i(0, 0, 0, 0)
    lsmp = wp.vec4i(0, 0, 0, 0)
    ln = layer_normals(0.0)
    nl = int(0)
    istep = 1.0 / float(SS)
    nsm = n2
    anyk = bool(False)
    for k in range(n2):
        if zb[b * P * n2 + (y * SS + k // SS) * (W * SS) + x * SS + k % SS] > wp.uint64(0):
            anyk = True
    if not anyk:  # only room surfaces: test two opposite corners of the pixel
        qa, ia = planes(s, s.eye, ray_direction(s, float(x), float(y), float(W), float(H)))
        qd, ie = planes(s, s.eye, ray_direction(s, float(x) + 1.0, float(y) + 1.0, float(W), float(H)))
        if ia == ie:
            nsm = 0
            nl = 1
            lid[0] = ia
            ltri[0] = -1
            lcnt[0] = n2
            lsmp[0] = n2 // 2
    for kk in range(nsm):
        k = (kk + n2 // 2) % n2  # centre sample first -> layer 0 is the pixel-centre surface
        kx = k % SS
        ky = k // SS
        sx = x * SS + kx
        sy = y * SS + ky
        key = zb[b * P * n2 + sy * (W * SS) + sx]
        ti = int(key & wp.uint64(0xFFFFFFFF)) - 1
        d = ray_direction(s, (float(sx) + 0.5) * istep, (float(sy) + 0.5) * istep, float(W), float(H))
        idd = int(-9)
        if ti >= 0:  # objects live inside the room, so no test against its planes
            idd = finst[ti]
        else:
            pt, pk = planes(s, s.eye, d)
            idd = pk
        j = int(-1)
        for l in range(LAYERS):
            if l < nl and j < 0 and lid[l] == idd and ltri[l] == ti:
                j = l
        if j < 0:
            n = plane_normal(idd)
            if ti >= 0:
                f = F[ti]
                n = wp.normalize(wp.cross(V[f[1]] - V[f[0]], V[f[2]] - V[f[0]]))
            for l in range(LAYERS):
                if l < nl and j < 0 and lid[l] == idd and ln[l, 0] * n[0] + ln[l, 1] * n[1] + ln[l, 2] * n[2] > 0.85:
                    if ti < 0 or (ltri[l] >= 0 and fmat[ti] == fmat[ltri[l]]):
                        j = l
            if j < 0:
                if nl < LAYERS:
                    j = nl
                    nl += 1
                    lid[j] = idd
                    ltri[j] = ti
                    lsmp[j] = k
                    ln[j, 0] = n[0]
                    ln[j, 1] = n[1]
                    ln[j, 2] = n[2]
                else:
                    j = LAYERS - 1
        lcnt[j] = lcnt[j] + 1
    for l in range(LAYERS):
        o = (b * LAYERS + l) * P + p
        c = lcnt[l]
        g.w[o] = float(c) / float(n2)
        if c > 0 and l > 0:
            g.more[wp.atomic_add(g.count, 0, 1)] = o
        if c > 0:
            k = lsmp[l]
            d = ray_direction(
                s,
                float(x) + (float(k % SS) + 0.5) * istep,
                float(y) + (float(k // SS) + 0.5) * istep,
                float(W),
                float(H),
            )
            idd = lid[l]
            ti = ltri[l]
            g.iid[o] = idd
            if ti >= 0:
                f = F[ti]
                a = V[f[0]]
                e1 = V[f[1]] - a
                e2 = V[f[2]] - a
                gn = wp.cross(e1, e2)
                den = wp.dot(gn, d)
                if wp.abs(den) < 1.0e-14:
                    den = 1.0e-14
                t = wp.dot(gn, a - s.eye) / den
                h = s.eye + d * t
                q = h - a
                i2 = 1.0 / wp.max(wp.dot(gn, gn), 1.0e-24)
                uu = wp.clamp(wp.dot(wp.cross(q, e2), gn) * i2, -0.1, 1.1)
                vv = wp.clamp(wp.dot(wp.cross(e1, q), gn) * i2, -0.1, 1.1)
                h = a + e1 * uu + e2 * vv
                n = wp.normalize(N[f[0]] * (1.0 - uu - vv) + N[f[1]] * uu + N[f[2]] * vv)
                if wp.dot(gn, n) < 0.0:
                    gn = -gn
                dn = wp.normalize(d)
                if wp.dot(gn, d) > 0.0:
                    n = -n  # back face of an open shell
                c0 = wp.dot(n, dn)
                if c0 > -0.03:
                    n = wp.normalize(n - dn * (c0 + 0.03))  # smooth normal past the silhouette
                g.pos[o] = h
                g.nrm[o] = n
                g.loc[o] = L[f[0]] * (1.0 - uu - vv) + L[f[1]] * uu + L[f[2]] * vv
                m = X[idd]
                g.lnr[o] = wp.normalize(
                    wp.vec3(
                        m[0, 0] * n[0] + m[1, 0] * n[1] + m[2, 0] * n[2],
                        m[0, 1] * n[0] + m[1, 1] * n[1] + m[2, 1] * n[2],
                        m[0, 2] * n[0] + m[1, 2] * n[1] + m[2, 2] * n[2],
                    )
                )
                g.mat[o] = fmat[ti]
                g.cv[o] = wp.max(
                    wp.length(N[f[1]] - N[f[0]]) / wp.max(wp.length(e1), 1.0e-6),
                    wp.length(N[f[2]] - N[f[0]]) / wp.max(wp.length(e2), 1.0e-6),
                )
            elif idd > -9:
                t, kk2 = planes(s, s.eye, d)
                n = plane_normal(idd)
                h = s.eye + d * t
                g.pos[o] = h
                g.nrm[o] = n
                g.loc[o] = h
                g.lnr[o] = n
                g.cv[o] = 0.0
                if idd == -1:
                    g.mat[o] = s.mfloor
                else:
                    g.mat[o] = s.mwall
            else:
                g.pos[o] = s.eye + d * 100.0
                g.nrm[o] = -wp.normalize(d)
                g.mat[o] = -1
