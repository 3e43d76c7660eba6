"""Gradient noise in three dimensions (Perlin 2002) on an integer hash, seeded per scene and material."""

import warp as wp


@wp.func
def grad(ix: int, iy: int, iz: int, sd: wp.uint32, x: float, y: float, z: float):
    h = (
        wp.uint32(ix) * wp.uint32(374761393)
        + wp.uint32(iy) * wp.uint32(668265263)
        + wp.uint32(iz) * wp.uint32(2147483647)
        + sd * wp.uint32(974634777)
    )
    h = (h ^ (h >> wp.uint32(13))) * wp.uint32(1274126177)
    h = h ^ (h >> wp.uint32(16))
    u = wp.where((h & wp.uint32(8)) == wp.uint32(0), x, y)
    v = wp.where((h & wp.uint32(4)) == wp.uint32(0), y, z)
    return wp.where((h & wp.uint32(1)) == wp.uint32(0), u, -u) + wp.where((h & wp.uint32(2)) == wp.uint32(0), v, -v)


@wp.func
def noise(sd: wp.uint32, p: wp.vec3):
    """Perlin-style gradient noise in about [-1, 1]"""
    fx = wp.floor(p[0])
    fy = wp.floor(p[1])
    fz = wp.floor(p[2])
    x = p[0] - fx
    y = p[1] - fy
    z = p[2] - fz
    ix = int(fx)
    iy = int(fy)
    iz = int(fz)
    u = x * x * x * (x * (x * 6.0 - 15.0) + 10.0)
    v = y * y * y * (y * (y * 6.0 - 15.0) + 10.0)
    w = z * z * z * (z * (z * 6.0 - 15.0) + 10.0)
    a = wp.lerp(grad(ix, iy, iz, sd, x, y, z), grad(ix + 1, iy, iz, sd, x - 1.0, y, z), u)
    b = wp.lerp(grad(ix, iy + 1, iz, sd, x, y - 1.0, z), grad(ix + 1, iy + 1, iz, sd, x - 1.0, y - 1.0, z), u)
    c = wp.lerp(grad(ix, iy, iz + 1, sd, x, y, z - 1.0), grad(ix + 1, iy, iz + 1, sd, x - 1.0, y, z - 1.0), u)
    d = wp.lerp(
        grad(ix, iy + 1, iz + 1, sd, x, y - 1.0, z - 1.0),
        grad(ix + 1, iy + 1, iz + 1, sd, x - 1.0, y - 1.0, z - 1.0),
        u,
    )
    return wp.lerp(wp.lerp(a, b, v), wp.lerp(c, d, v), w) * 0.95


@wp.func
def fade(freq: float, foot: float):
    return wp.clamp(1.5 - 2.5 * freq * foot, 0.0, 1.0)


@wp.func
def aastep(d: float, w: float):
    return wp.clamp(d / wp.max(w, 1.0e-5) + 0.5, 0.0, 1.0)
