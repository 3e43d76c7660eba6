"""Primary visibility: vertices to the screen, triangles to a z-buffer of several samples a pixel.

One 64-bit atomic maximum of (inverse depth | triangle) a sample decides what is seen; one bit an object
records what would be seen without the others (amodal).
"""

import warp as wp

from seedbed.worlds.render.kernels.structs import View


@wp.kernel
def transform_vertices(
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
def rasterise(
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
    if s0[2] <= 0.0 or s1[2] <= 0.0 or s2[2] <= 0.0:
        return
    ar = (s1[0] - s0[0]) * (s2[1] - s0[1]) - (s2[0] - s0[0]) * (s1[1] - s0[1])
    if ar == 0.0:
        return
    mnx = wp.max(int(wp.ceil(wp.min(s0[0], wp.min(s1[0], s2[0])) - 0.5)), 0)
    mxx = wp.min(int(wp.floor(wp.max(s0[0], wp.max(s1[0], s2[0])) - 0.5)), W - 1)
    mny = wp.max(int(wp.ceil(wp.min(s0[1], wp.min(s1[1], s2[1])) - 0.5)), 0)
    mxy = wp.min(int(wp.floor(wp.max(s0[1], wp.max(s1[1], s2[1])) - 0.5)), H - 1)
    if mnx > mxx or mny > mxy:
        return
    k = finst[i]
    bit = wp.uint32(1) << wp.uint32(ibit[k])
    base = isc[k] * W * H
    inv = 1.0 / ar
    a1 = (s2[1] - s0[1]) * inv
    b1 = -(s2[0] - s0[0]) * inv
    a2 = -(s1[1] - s0[1]) * inv
    b2 = (s1[0] - s0[0]) * inv
    d1 = s1[2] - s0[2]
    d2 = s2[2] - s0[2]
    px = float(mnx) + 0.5 - s0[0]
    py = float(mny) + 0.5 - s0[1]
    u0 = px * a1 + py * b1
    v0 = px * a2 + py * b2
    for y in range(mny, mxy + 1):
        uu = u0
        vv = v0
        for x in range(mnx, mxx + 1):
            if uu >= 0.0 and vv >= 0.0 and uu + vv <= 1.0:
                z = s0[2] + uu * d1 + vv * d2
                p = base + y * W + x
                wp.atomic_max(zb, p, (wp.uint64(wp.cast(z, wp.uint32)) << wp.uint64(32)) | wp.uint64(i + 1))
                wp.atomic_or(am, p, bit)
            uu += a1
            vv += a2
        u0 += b1
        v0 += b2


@wp.kernel
def count_amodal(am: wp.array(dtype=wp.uint32), n: int, inst0: wp.array(dtype=int), cnt: wp.array(dtype=int)):
    b, p = wp.tid()
    m = am[b * n + p]
    k = inst0[b]
    while m != wp.uint32(0):
        if (m & wp.uint32(1)) != wp.uint32(0):
            wp.atomic_add(cnt, k, 1)
        m = m >> wp.uint32(1)
        k += 1
