"""A faster convolution for a frozen network on a CPU.

Winograd's minimal filtering computes a 4×4 tile of a 3×3 convolution with 36 multiplications
a pair of channels instead of 144 (Lavin & Gray, "Fast Algorithms for Convolutional Neural
Networks", CVPR 2016): three small linear maps, y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A for a 6×6 tile
d and a kernel g. The products over channels become 36 matrix products. The kernels never
change here, so G g Gᵀ is computed once; and the gradient with respect to the input is again a
convolution, with the kernel turned by 180° and its channel axes swapped, so it goes the same
way. Worth it from 128 channels on; a GPU does this by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf

TILE = 4
WORTH_IT = 128  # channels, on both sides


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


def winograd_convolution(kernel: np.ndarray) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return a function that convolves with this kernel, stride 1, without padding.

    Parameters
    ----------
    kernel : array (3, 3, C_in, C_out)
        As in Keras.

    Returns
    -------
    callable
        From (1, H + 2, W + 2, C_in) to (1, H, W, C_out), float32, differentiable once.
    """
    forward = _tile_products(kernel)
    backward = _tile_products(kernel[::-1, ::-1].transpose(0, 1, 3, 2))

    @tf.custom_gradient
    def convolve(x: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        return forward(x, 0), lambda upstream: backward(upstream, 2)

    return convolve


def _tile_products(kernel: np.ndarray) -> Callable[[tf.Tensor, int], tf.Tensor]:
    side = TILE + 2
    c_in, c_out = kernel.shape[2:]
    B, G, A = winograd_maps()
    # Both directions of a tile at once: the Kronecker product of a map with itself.
    B2, G2, A2 = (tf.constant(np.kron(M, M), tf.float32) for M in (B, G, A))
    g = tf.reshape(G2 @ kernel.reshape(9, -1), (side * side, c_in, c_out))

    def convolve(x: tf.Tensor, zeros: int) -> tf.Tensor:
        height, width = (tf.shape(x)[axis] + 2 * zeros - 2 for axis in (1, 2))
        rows, columns = -(-height // TILE), -(-width // TILE)
        below, right = (
            TILE * (tiles + 1) - zeros - tf.shape(x)[axis]
            for axis, tiles in ((1, rows), (2, columns))
        )
        d = tf.pad(x[0], [[zeros, below], [zeros, right], [0, 0]])
        # Tiles of 6×6 that overlap by 2: each 4×4 tile takes two lines from its neighbours.
        d = tf.reshape(d, (rows + 1, TILE, columns + 1, TILE, c_in))
        d = tf.concat([d[:rows], d[1:, :2]], axis=1)
        d = tf.concat([d[:, :, :columns], d[:, :, 1:, :2]], axis=3)
        d = tf.reshape(tf.transpose(d, (1, 3, 0, 2, 4)), (side * side, -1))
        products = tf.reshape(B2 @ d, (side * side, rows * columns, c_in)) @ g
        y = A2 @ tf.reshape(products, (side * side, -1))
        y = tf.reshape(y, (TILE, TILE, rows, columns, c_out))
        y = tf.reshape(tf.transpose(y, (2, 0, 3, 1, 4)), (1, TILE * rows, TILE * columns, c_out))
        return y[:, :height, :width]

    return convolve
