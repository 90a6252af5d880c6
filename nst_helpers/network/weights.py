"""Weights files of VGG: the bundled one, and all layouts that are about."""

from __future__ import annotations

import os
import re
import zipfile
from pathlib import Path

import h5py
import numpy as np

from nst_helpers.gallery import DATA
from nst_helpers.network.download import digest, in_short
from nst_helpers.paths import as_path

BUNDLED_VGG16 = DATA / "weights" / "vgg16_imagenet_conv_f16.npz"
BUNDLED_SHA256 = "a27604633cd1aea6945f4bca0a0d88b92623abad0965fa49acb53d6ebfdc5f64"

PARTS = ("kernel", "bias")
MOST_NUMBERS = 10_000_000  # in one layer; VGG's largest convolutions have 2.4 million


def read_weights(path: str | Path) -> dict[str, list[np.ndarray]]:
    """Read the convolution layers of a weights file: NumPy's .npz or Keras' HDF5.

    Nothing is unpickled, so a file cannot run code.

    Parameters
    ----------
    path : str or Path
        A .npz with `layer/kernel` and `layer/bias`, Keras' legacy HDF5 (as downloaded), or
        Keras' `.weights.h5`.

    Returns
    -------
    dict
        {layer: [kernel (h, w, in, out), bias (out,)]}, float32. Layers of a `.weights.h5`,
        which holds no layer names, come as "0", "1", … in the network's order.

    Raises
    ------
    TypeError
        Not a path.
    FileNotFoundError, IsADirectoryError
        There is no such file, or it is a folder.
    ValueError
        Not a weights file, damaged, or the bundled file with a wrong checksum.
    """
    path = as_path(path)
    if os.path.isdir(path):
        raise IsADirectoryError(f"'{path}' is a folder. Give the weights file in it.")
    if not os.path.isfile(path):  # unlike Path's, it takes names of any length
        raise FileNotFoundError(f"There is no weights file '{path}'. Check the name and folder.")
    if path == BUNDLED_VGG16 and digest(path, "sha256") != BUNDLED_SHA256:
        raise ValueError(
            f"The bundled weights '{path.name}' have a wrong checksum: the file is damaged. "
            f"Restore it with `git checkout -- data/weights/{path.name}`."
        )
    try:
        if zipfile.is_zipfile(path):
            found = _read_npz(path)
        elif h5py.is_hdf5(path):
            found = _read_hdf5(path)
        else:
            found = {}
    except Exception as error:  # a damaged file can fail in as many ways as its readers have
        raise ValueError(
            f"'{path.name}' is damaged or cut off ({in_short(error)}). Download it again."
        ) from error
    if not found:
        raise ValueError(
            f"'{path.name}' holds no convolution layers of VGG. Give Keras' "
            "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5, or a .npz with "
            "block1_conv1/kernel, block1_conv1/bias and so on."
        )
    return found


def _read_npz(path: Path) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {}
    with np.load(path, allow_pickle=False) as file:
        for name in sorted(n for n in file.files if n.endswith("/kernel")):
            layer = name.removesuffix("/kernel")
            sizes = [file.zip.getinfo(f"{layer}/{part}.npy").file_size for part in PARTS]
            _refuse_giant(sum(sizes) / 8, layer)
            found[layer] = [np.float32(file[name]), np.float32(file[f"{layer}/bias"])]
    return found


def _read_hdf5(path: Path) -> dict[str, list[np.ndarray]]:
    with h5py.File(path) as file:
        if "layers" in file:
            groups = {name: file["layers"][name] for name in file["layers"]}
            # Keras names them by their class: its own, or that of the network for styles.
            convolutions = [n for n in groups if re.fullmatch(r"(frozen_)?conv2d(_\d+)?", n)]
            convolutions.sort(key=lambda n: int(re.findall(r"\d*$", n)[0] or 0))
            named = {str(i): groups[n] for i, n in enumerate(convolutions)}
        else:
            top = file.get("model_weights", file)
            named = {n: top[n] for n in top if re.fullmatch(r"block\d_conv\d", n)}
        return {name: _kernel_and_bias(group, name) for name, group in named.items()}


def _kernel_and_bias(group: h5py.Group, name: str) -> list[np.ndarray]:
    arrays: list[h5py.Dataset] = []
    group.visititems(
        lambda _, item: arrays.append(item) if isinstance(item, h5py.Dataset) else None
    )
    arrays.sort(key=lambda array: array.ndim, reverse=True)
    if [array.ndim for array in arrays] != [4, 1]:
        raise ValueError(f"layer {name} has no kernel and bias")
    _refuse_giant(sum(array.size for array in arrays), name)
    return [np.float32(array) for array in arrays]


def _refuse_giant(numbers: float, layer: str) -> None:
    """Refuse what a small file only claims to hold, before it is unpacked."""
    if numbers > MOST_NUMBERS:
        raise ValueError(f"layer {layer} is larger than any convolution of VGG")
