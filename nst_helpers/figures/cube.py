"""A block of voxels, drawn as a cube with a corner cut out."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.transforms import Affine2D

from nst_helpers.figures.look import HIGHEST, LINE, in_one_look, new_figure
from nst_helpers.languages import _
from nst_helpers.refusals import share
from nst_helpers.volume import as_volume

# Where one voxel's step back, down and right leads on the page, seen from the front, above and
# right: the same length in each direction.
BACK, DOWN, RIGHT = np.array([0.866, 0.5]), np.array([0.0, -1.0]), np.array([0.866, -0.5])
LIGHT = (0.9, 1.0, 0.75)  # on faces to the front, to the top and to the right


@in_one_look
def plot_cube(volume: np.ndarray, cut: float = 0.5) -> Figure:
    """Draw a block of voxels as a solid, with a corner cut out so that its inside is seen.

    Parameters
    ----------
    volume : array (1, n_D, n_H, n_W, 3)
        RGB in [0, 1].
    cut : float
        Share of each side that is cut out of the near upper corner, 0 to below 1.

    Returns
    -------
    Figure
        The drawing, with the names of the three outer faces beside them.

    Raises
    ------
    TypeError, ValueError
        Not a block of voxels, or another share.
    """
    voxels = as_volume(volume)[0]
    if share(cut, "cut") == 1:
        raise ValueError(f"cut is {cut!r}, expected a share below 1: nothing would be left.")
    n_D, n_H, n_W = voxels.shape[:3]
    d, h, w = (round(cut * n) for n in (n_D, n_H, n_W))
    # The near corner is in front, on top, at the right end of the front.
    near = n_W * RIGHT
    right, bottom, top = (near + n_D * BACK)[0], (near + n_H * DOWN)[1], (n_D * BACK)[1]
    figure, axes = new_figure(height=HIGHEST, width=HIGHEST * right / (top - bottom) + 2 * LINE)
    axis = axes[0, 0]
    # Each face: its picture, where its upper left voxel lies, and the ways along its two sides.
    faces = [
        (voxels[0], 0 * near, RIGHT, DOWN),
        (voxels[:, 0][::-1], n_D * BACK, RIGHT, -BACK),
        (voxels[:, :, -1].transpose(1, 0, 2), near, BACK, DOWN),
    ]
    if d and h and w:
        corner = near + (-w) * RIGHT
        faces += [
            (voxels[d, :h, -w:], corner + d * BACK, RIGHT, DOWN),
            (voxels[:d, h, -w:][::-1], corner + h * DOWN + d * BACK, RIGHT, -BACK),
            (voxels[:d, :h, -w - 1].transpose(1, 0, 2), corner, BACK, DOWN),
        ]
    for n, (picture, corner, along, down) in enumerate(faces):
        rows, columns = picture.shape[:2]
        image = axis.imshow(
            np.clip(picture * LIGHT[n % 3], 0, 1),
            extent=(0, columns, rows, 0),
            interpolation="bilinear",
            zorder=n,
        )
        place = np.column_stack([along, down, corner])
        image.set_transform(Affine2D(np.vstack([place, [0, 0, 1]])) + axis.transData)
        ends = [corner, columns * along, rows * down]
        outline = [ends[0], ends[0] + ends[1], sum(ends), ends[0] + ends[2]]
        axis.add_patch(Polygon(outline, fill=False, edgecolor="white", lw=1.5, zorder=n + 0.5))
    axis.set_xlim(-1, right + 1)
    axis.set_ylim(bottom - 1, top + 1)
    axis.set_aspect("equal")
    axis.axis("off")
    # Each name along the middle of an edge of its face, a little outside.
    gap = 0.01 * (top - bottom) * DOWN
    names = (
        (_("front"), near / 2 + n_H * DOWN + gap, RIGHT, "top"),
        (_("right"), near + n_H * DOWN + n_D / 2 * BACK + gap, BACK, "top"),
        (_("top"), n_D / 2 * BACK - gap, BACK, "bottom"),
    )
    for name, place, along, side in names:
        turned = np.degrees(np.arctan2(along[1], along[0]))
        axis.text(*place, name, rotation=turned, ha="center", va=side, rotation_mode="anchor")
    return figure
