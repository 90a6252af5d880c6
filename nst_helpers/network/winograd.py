"""A faster convolution for a frozen network on a CPU.

Winograd's minimal filtering computes a 4×4 tile of a 3×3 convolution with 36 multiplications
a pair of channels instead of 144 (Lavin & Gray, "Fast Algorithms for Convolutional Neural
Networks", CVPR 2016): three small linear maps, y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A for a 6×6 tile
d and a kernel g. The products over channels become 36 matrix products. The kernels never
change here, so G g Gᵀ is computed once; and the gradient with respect to the input is again a
convolution, with the kernel turned by 180° and its channel axes swapped. It goes the same way
with the same G g Gᵀ: a turned kernel on a tile is the kernel on the turned tile, the result
turned back. Worth it where there are many channels; a GPU does this by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

TILE = 4
WORTH_IT = 64 * 128  # pairs of channels, from which on it is faster


def winograd_maps(points: tuple[float, ...] = (0, 1, -1, 0.5, -2)) -> tuple[np.ndarray, ...]:
    """Return Bᵀ, G and Aᵀ: polynomials evaluated at the points and at infinity.

    Parameters
    ----------
    points : tuple of float
        Five distinct points. These keep rounding errors small (Barabasz et al., "Error
        Analysis and Improving the Accuracy of Winograd Convolution", 2020).

    Returns
    -------
    tuple of numpy.ndarray
        Bᵀ (6, 6), G (6, 3) and Aᵀ (4, 6), float64.
    """

    def powers(degree: int) -> np.ndarray:
        at_infinity = [[0.0] * (degree - 1) + [1.0]]
        return np.vstack([np.vander(points, degree, increasing=True), at_infinity])

    return np.linalg.inv(powers(TILE + 2)).T, powers(3), powers(TILE).T


def transformed(kernel: tf.Tensor) -> tf.Tensor:
    """Return G g Gᵀ for all pairs of channels: the kernel as ``winograd_convolution`` takes it.

    Parameters
    ----------
    kernel : tensor (3, 3, C_in, C_out)
        As in Keras.

    Returns
    -------
    tf.Tensor
        (36, C_in, C_out), float32.
    """
    _, G, _ = winograd_maps()
    # Both directions of a tile at once: the Kronecker product of a map with itself.
    G2 = tf.constant(np.kron(G, G), tf.float32)
    return tf.reshape(G2 @ tf.reshape(kernel, (9, -1)), (-1, *kernel.shape[2:]))


def winograd_convolution(x: tf.Tensor, g: tf.Tensor, edge: bool) -> tf.Tensor:
    """Convolve with a transformed kernel, stride 1, same size.

    Parameters
    ----------
    x : tensor (1, H, W, C_in)
        float32.
    g : tensor (36, C_in, C_out)
        From ``transformed``; no gradient reaches it.
    edge : bool
        Outside the border, repeat the edge; else zeros.

    Returns
    -------
    tf.Tensor
        (1, H, W, C_out), differentiable once with respect to x.
    """

    @tf.custom_gradient
    def convolve(x: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            if not edge:
                return _tile_products(0, edge=False, turned=True)(upstream, g)
            return fold_edge(_tile_products(1, edge=False, turned=True)(upstream, g))

        return _tile_products(0, edge, turned=False)(x, g), gradient

    return convolve(x)


def fold_edge(x: tf.Tensor) -> tf.Tensor:
    """Add the outermost ring to the pixels that it repeats: the gradient of edge padding.

    Parameters
    ----------
    x : tensor (1, H + 2, W + 2, C)
        A gradient with respect to the padded block.

    Returns
    -------
    tf.Tensor
        (1, H, W, C).
    """
    ring = [[0, 0], [1, 1], [1, 1], [0, 0]]
    return tf.raw_ops.MirrorPadGrad(input=x, paddings=ring, mode="SYMMETRIC")


@functools.cache
def _tile_products(
    margin: int, edge: bool, turned: bool
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Return Aᵀ [ g ⊙ (Bᵀ d B) ] A over all tiles, traced once for all layers of a network.

    `margin` adds lines around the result, computed like all others; `turned` turns the kernel
    by 180° and swaps its channel axes.
    """
    side, out = TILE + 2, 1 if turned else 2
    B, _, A = winograd_maps()
    if turned:
        B, A = B[:, ::-1], A[::-1]
    B2, A2 = (np.kron(M, M).astype(np.float32) for M in (B, A))

    def lines(length: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return which lines each tile sees, (6, tiles), and the number of tiles."""
        tiles = -(-(length + 2 * margin) // TILE)
        return tf.range(side)[:, None] + tf.range(tiles) * TILE - 1 - margin, tiles

    @tf.function(
        input_signature=[tf.TensorSpec((1, None, None, None)), tf.TensorSpec((None, None, None))],
        autograph=False,
    )
    def convolve(x: tf.Tensor, g: tf.Tensor) -> tf.Tensor:
        _, height, width, c_in = tf.unstack(tf.shape(x))
        c_out = tf.shape(g)[out]
        (i, rows), (j, columns) = lines(height), lines(width)
        near_i, near_j = tf.clip_by_value(i, 0, height - 1), tf.clip_by_value(j, 0, width - 1)
        position = (near_i * width)[:, None, :, None] + near_j[None, :, None, :]
        x = tf.reshape(x, (-1, c_in))
        if not edge:
            # Not ==, which a reader may have set to compare objects.
            inside_i, inside_j = tf.equal(near_i, i), tf.equal(near_j, j)
            inside = inside_i[:, None, :, None] & inside_j[None, :, None, :]
            position = tf.where(inside, position, height * width)
            x = tf.concat([x, tf.zeros((1, c_in))], axis=0)
        d = tf.gather(x, tf.reshape(position, (side * side, -1)))
        d = tf.reshape(B2 @ tf.reshape(d, (side * side, -1)), (side * side, -1, c_in))
        y = A2 @ tf.reshape(tf.matmul(d, g, transpose_b=turned), (side * side, -1))
        y = tf.transpose(tf.reshape(y, (TILE, TILE, rows, columns, c_out)), (2, 0, 3, 1, 4))
        y = tf.reshape(y, (1, TILE * rows, TILE * columns, c_out))
        return y[:, : height + 2 * margin, : width + 2 * margin]

    def with_known_channels(x: tf.Tensor, g: tf.Tensor) -> tf.Tensor:
        return tf.ensure_shape(convolve(x, g), (1, None, None, g.shape[out]))

    return with_known_channels
