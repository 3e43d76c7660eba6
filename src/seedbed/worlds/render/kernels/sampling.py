"""Low-discrepancy directions towards lights and over the hemisphere.

The sequence is the R2 sequence (Roberts 2018) of the pixel and the sample: no state and no random numbers.
"""

import warp as wp


@wp.func
def fract(x: float):
    return x - wp.floor(x)


@wp.func
def basis(n: wp.vec3):
    s = float(1.0)
    if n[2] < 0.0:
        s = -1.0
    a = -1.0 / (s + n[2])
    c = n[0] * n[1] * a
    return wp.vec3(1.0 + s * n[0] * n[0] * a, s * c, -s * n[0]), wp.vec3(c, s + n[1] * n[1] * a, -n[1])


@wp.func
def to_light(p: wp.vec3, lp: wp.vec3, lr: float, u: float, v: float):
    """point on a sphere-facing disk of radius lr -> unnormalised vector"""
    d = lp - p
    t1, t2 = basis(wp.normalize(d))
    r = lr * wp.sqrt(u)
    return d + t1 * (r * wp.cos(6.2831853 * v)) + t2 * (r * wp.sin(6.2831853 * v))


@wp.func
def sequence(x: int, y: int, k: int):
    u = fract(0.7548776662 * float(x) + 0.5698402910 * float(y) + 0.8191725134 * float(k) + 0.31)
    v = fract(
        0.5698402910 * float(x) - 0.7548776662 * float(y) + 0.6710436067 * float(k) + 0.5 * float((x ^ y) & 1) + 0.17
    )
    return u, v
