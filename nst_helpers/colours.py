"""The colours of a picture apart from its light: to keep the photograph's own in a transfer."""

from __future__ import annotations

import numpy as np

from nst_helpers.images import as_image
from nst_helpers.refusals import said

LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # how bright red, green and blue are to the eye


def in_grey(image: np.ndarray) -> np.ndarray:
    """Return the picture's light alone: Y = 0.299 R + 0.587 G + 0.114 B, in all three channels.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1].

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3), in [0, 1].

    Raises
    ------
    TypeError, ValueError
        Not a picture.
    """
    return np.repeat(_light(as_image(image)), 3, axis=3)


def with_colours_of(image: np.ndarray, photograph: np.ndarray) -> np.ndarray:
    """Return the light of one picture in the colours of another.

    In YIQ, Y is replaced and I and Q stay, which in RGB adds one number to all three channels.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1]: gives its light.
    photograph : array (1, H, W, 3)
        Of the same size: gives its colours.

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3), clipped to [0, 1].

    Raises
    ------
    TypeError, ValueError
        Not two pictures of one size.

    Notes
    -----
    Gatys, Bethge, Hertzmann & Shechtman, "Preserving Color in Neural Artistic Style Transfer"
    (2016): luminance-only transfer.
    """
    image, photograph = as_image(image), as_image(photograph, "photograph")
    if image.shape != photograph.shape:
        raise ValueError(
            f"image has shape {image.shape} and photograph {photograph.shape}. Bring one to the "
            "other's size with resize_image."
        )
    return np.clip(photograph + _light(image) - _light(photograph), 0, 1)


def colours_matched(image: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Return a picture whose colours have the mean and the covariance of another's.

    Each pixel x becomes Σ_to^½ Σ_image^-½ (x − mean_image) + mean_to.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1]: the style picture, before the transfer.
    to : array (1, H', W', 3)
        RGB in [0, 1]: the photograph.

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3), clipped to [0, 1].

    Raises
    ------
    TypeError, ValueError
        Not two pictures, or one of a single colour, which no factor can spread.

    Notes
    -----
    Gatys et al., "Preserving Color in Neural Artistic Style Transfer" (2016): colour matching by
    a linear transform.
    """
    image, to = as_image(image), as_image(to, "to")
    x, y = (np.float64(picture.reshape(-1, 3)) for picture in (image, to))
    if not np.ptp(x, axis=0).any():
        raise ValueError(f"image has one colour only, {said(x[0].round(2).tolist())}.")
    matrix = _power(np.cov(y.T), 0.5) @ _power(np.cov(x.T), -0.5)
    matched = (x - x.mean(axis=0)) @ matrix.T + y.mean(axis=0)
    return np.clip(matched, 0, 1).astype(np.float32).reshape(image.shape)


def _light(image: np.ndarray) -> np.ndarray:
    return (image @ LUMA)[..., None]


def _power(covariance: np.ndarray, exponent: float) -> np.ndarray:
    """Return a power of a covariance; along colours that do not occur it is 0."""
    values, vectors = np.linalg.eigh(covariance)
    varies = values > 1e-9
    powers = np.where(varies, np.where(varies, values, 1) ** exponent, 0)
    return vectors * powers @ vectors.T
