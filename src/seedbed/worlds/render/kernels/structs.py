"""What kernels read and write: a material, a view of one scene, and the geometry buffer.

Lengths are metres, colours linear RGB. `LAYERS` surfaces are kept for each pixel, so that edges are shaded
once a surface and not once a sample.
"""

import warp as wp

LAYERS = wp.constant(4)
layer_normals = wp.types.matrix(shape=(4, 3), dtype=float)


@wp.struct
class Material:
    kind: int  # see materials.KINDS
    c0: wp.vec3  # main colour
    c1: wp.vec3  # second colour
    rough: float  # GGX roughness, 0..1
    metal: float  # 0 dielectric, 1 metal
    scale: float  # texture cells a metre
    bump: float
    emit: float
    glass: float  # 0 opaque, 1 clear: c0 is then the tint of the light that passes


@wp.struct
class View:
    """Camera, lights, sky and room of one scene."""

    eye: wp.vec3
    f: wp.vec3  # forward, right and up: an orthonormal frame
    r: wp.vec3
    u: wp.vec3
    t: float  # tangent of half the vertical field of view
    sky0: wp.vec3  # zenith
    sky1: wp.vec3  # horizon
    lp0: wp.vec3  # key light: position, radiant intensity, radius
    lc0: wp.vec3
    lr0: float
    lp1: wp.vec3  # fill light
    lc1: wp.vec3
    lr1: float
    yw: float  # planes of the room: back wall y, left wall x, right wall x
    xl: float
    xr: float
    mfloor: int
    mwall: int
    mat0: int  # the scene's first material in the batch
    seed: int
    expo: float
    glass: int  # 1 when any surface lets light through


@wp.struct
class GBuf:
    """Per scene, layer and pixel: position, normal, their local forms, instance, material, weight, curvature."""

    pos: wp.array(dtype=wp.vec3)
    nrm: wp.array(dtype=wp.vec3)
    loc: wp.array(dtype=wp.vec3)
    lnr: wp.array(dtype=wp.vec3)
    iid: wp.array(dtype=int)
    mat: wp.array(dtype=int)
    w: wp.array(dtype=float)
    cv: wp.array(dtype=float)
    more: wp.array(dtype=int)  # places of the surfaces behind each pixel's first one, in any order
    count: wp.array(dtype=int)  # how many there are


@wp.func
def surface_place(g: GBuf, i: int, first: int, P: int):
    """The place of surface `i` of a launch: each pixel's first surface, `first` of them, then the others."""
    o = (i // P) * LAYERS * P + i % P
    if i >= first:
        o = g.more[i - first]
    return o
