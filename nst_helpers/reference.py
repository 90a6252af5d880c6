"""The same formulas once more in NumPy, by plain loops over i, j, k, k': slow, and easy to trust.

No formula here shares a line with the TensorFlow versions; the tests compare the two.
"""

from __future__ import annotations

import numpy as np

from nst_helpers.blocks import as_block, content_blocks, style_blocks


def gram_matrix_loops(a: np.ndarray) -> np.ndarray:
    """Return the style matrix by four loops.

    Parameters
    ----------
    a : array (1, n_H, n_W, n_C)
        Activations.

    Returns
    -------
    numpy.ndarray
        float64, (n_C, n_C).

    Raises
    ------
    TypeError, ValueError
        Another shape.

    Notes
    -----
    Gatys, Ecker & Bethge (CVPR 2016), equation 3.
    """
    a = as_block(a, "a").numpy()
    _, n_H, n_W, n_C = a.shape
    G = np.zeros((n_C, n_C))
    for k in range(n_C):
        for k_prime in range(n_C):
            for i in range(n_H):
                for j in range(n_W):
                    G[k, k_prime] += float(a[0, i, j, k]) * float(a[0, i, j, k_prime])
    return G


def content_cost_loops(a_C: np.ndarray, a_G: np.ndarray) -> float:
    """Return J_content = ½ ‖a_C − a_G‖² / (n_H n_W n_C) by three loops.

    Parameters
    ----------
    a_C, a_G : arrays (1, n_H, n_W, n_C)
        Activations.

    Returns
    -------
    float
        J_content.

    Raises
    ------
    TypeError, ValueError
        Not two blocks of one shape.
    """
    a_C, a_G = (a.numpy() for a in content_blocks(a_C, a_G))
    _, n_H, n_W, n_C = a_C.shape
    total = 0.0
    for i in range(n_H):
        for j in range(n_W):
            for k in range(n_C):
                total += (float(a_C[0, i, j, k]) - float(a_G[0, i, j, k])) ** 2
    return total / 2 / (n_H * n_W * n_C)


def layer_style_cost_loops(a_S: np.ndarray, a_G: np.ndarray) -> float:
    """Return J_style_layer by loops over k and k'.

    Parameters
    ----------
    a_S : array (1, n_H', n_W', n_C)
        Activations of the style picture.
    a_G : array (1, n_H, n_W, n_C)
        Activations of the generated picture.

    Returns
    -------
    float
        J_style_layer.

    Raises
    ------
    TypeError, ValueError
        Another shape, or another number of channels.

    Notes
    -----
    Gatys, Ecker & Bethge (CVPR 2016), equation 4.
    """
    a_S, a_G = (a.numpy() for a in style_blocks(a_S, a_G))
    _, n_H, n_W, n_C = a_G.shape
    same_count = (n_H * n_W) / (a_S.shape[1] * a_S.shape[2])
    G_S, G_G = gram_matrix_loops(a_S), gram_matrix_loops(a_G)
    total = 0.0
    for k in range(n_C):
        for k_prime in range(n_C):
            total += (G_S[k, k_prime] * same_count - G_G[k, k_prime]) ** 2
    return total / (2 * n_H * n_W * n_C) ** 2


def style_cost_loops(
    a_S: dict[str, np.ndarray], a_G: dict[str, np.ndarray], lambdas: dict[str, float]
) -> float:
    """Return J_style = Σ_l λ^[l] J_style_layer^[l] by a loop over the layers.

    Parameters
    ----------
    a_S, a_G : {layer: array (1, n_H, n_W, n_C)}
        Activations.
    lambdas : {layer: float}
        Weights.

    Returns
    -------
    float
        J_style.

    Raises
    ------
    TypeError, ValueError
        Activations of a layer are missing, or of another shape.
    """
    if missing := sorted(set(lambdas) - set(a_S) | set(lambdas) - set(a_G)):
        raise ValueError(f"The activations of {', '.join(missing)} are not given.")
    total = 0.0
    for layer, weight in lambdas.items():
        total += weight * layer_style_cost_loops(a_S[layer], a_G[layer])
    return total
