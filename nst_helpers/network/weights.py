"""Where the network's weights come from: Keras' cache, one bounded download, or `data/`."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import re
import shutil
import socket
import tempfile
import threading
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np

from nst_helpers.gallery import DATA

VGG19_URL = (
    "https://storage.googleapis.com/tensorflow/keras-applications/"
    "vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
VGG19_MD5 = "253f8cb515780f3b799900260a226db6"
VGG19_BYTES = 80_134_624

BUNDLED_VGG16 = DATA / "weights" / "vgg16_imagenet_conv_f16.npz"
BUNDLED_SHA256 = "a27604633cd1aea6945f4bca0a0d88b92623abad0965fa49acb53d6ebfdc5f64"

PARTS = ("kernel", "bias")
MOST_NUMBERS = 10_000_000  # in one layer; VGG's largest convolutions have 2.4 million

SILENCE = 5  # seconds that a server may say nothing
FORGOTTEN = 3600  # seconds after which a download's folder belongs to nobody
PATIENCE = 60  # seconds that a download nobody asked for may take in all


_one_at_a_time = threading.Lock()


class DownloadError(OSError):
    """VGG19 could not be downloaded; the message says why in half a sentence."""


def cached_vgg19() -> Path:
    """Return the place of VGG19's weights in Keras' cache, whether or not they are there.

    Returns
    -------
    Path
        Usually `~/.keras/models/…`; Keras reads the variable KERAS_HOME.
    """
    home = os.path.expanduser(os.environ.get("KERAS_HOME", "~/.keras"))
    return Path(home) / "models" / VGG19_URL.rsplit("/", 1)[1]


def vgg19_file(patience: float = PATIENCE) -> Path:
    """Return VGG19's weights file from Keras' cache, downloading it once if need be.

    The file arrives in a folder of its own beside the cache and is moved into place when its
    checksum is right: a half file never stays, and two processes cannot disturb each other.

    Parameters
    ----------
    patience : float
        Seconds that the whole download may take. A server that stays silent, or whose pace
        would not finish in that time, is given up after a few seconds.

    Returns
    -------
    Path
        The file in the cache.

    Raises
    ------
    DownloadError
        No network, a captive portal, a slow or broken transfer, or no room on the disk.
    """
    # One download at a time in this process: the bounds below hold for the whole of it.
    with _one_at_a_time:
        return _checked_or_fetched(cached_vgg19(), patience)


def _checked_or_fetched(target: Path, patience: float) -> Path:
    if target.is_file():
        found = target.stat()
        if _digest(target, "md5") == VGG19_MD5:
            return target
        # Only the very file that was found broken, not one that has just replaced it.
        with contextlib.suppress(OSError):
            if target.stat().st_ino == found.st_ino:
                target.unlink()
    _reach(VGG19_URL, VGG19_BYTES)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        with (
            tempfile.TemporaryDirectory(dir=target.parent, prefix=".vgg19-") as folder,
            _bounded_reads(patience),
        ):
            arrived = keras.utils.get_file(
                target.name,
                VGG19_URL,
                cache_dir=folder,
                cache_subdir="",
                file_hash=VGG19_MD5,
                hash_algorithm="md5",
            )
            os.replace(arrived, target)
    except Exception as error:  # Keras wraps what went wrong in a plain Exception
        raise DownloadError(f"the download failed ({_in_short(error)})") from error
    return target


def _sweep(cache: Path) -> None:
    """Remove what downloads left behind whose process was killed; no download lives that long."""
    for folder in cache.glob(".vgg19-*"):
        with contextlib.suppress(OSError):  # another process may sweep as well
            if time.time() - folder.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(folder)


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
    try:
        path = Path(path)
    except TypeError as error:
        raise TypeError(f"path is {path!r}, expected the name of a weights file.") from error
    if os.path.isdir(path):
        raise IsADirectoryError(f"'{path}' is a folder. Give the weights file in it.")
    if not os.path.isfile(path):  # unlike Path's, it takes names of any length
        raise FileNotFoundError(f"There is no weights file '{path}'. Check the name and folder.")
    if path == BUNDLED_VGG16 and _digest(path, "sha256") != BUNDLED_SHA256:
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
            f"'{path.name}' is damaged or cut off ({_in_short(error)}). Download it again."
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
            convolutions.sort(key=lambda n: int(re.search(r"\d*$", n)[0] or 0))
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


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as stream:
        digest = hashlib.new(algorithm, usedforsecurity=False)
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _reach(url: str, size: int) -> None:
    """Ask the server for the file's head, in a thread: even a name look-up can hang."""
    answer: list[str] = []

    def ask() -> None:
        try:
            request = urllib.request.Request(url, method="HEAD")
            with urllib.request.urlopen(request, timeout=SILENCE) as reply:
                length = reply.headers.get("Content-Length")
            good = length is None or int(length) == size
            answer.append("" if good else "something other than the weights answers, as a "
                          "Wi-Fi log-in page does")  # fmt: skip
        except Exception as error:
            answer.append(_in_short(error))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(SILENCE + 1)
    problem = answer[0] if answer else f"no answer within {SILENCE} seconds"
    if problem:
        raise DownloadError(f"the download host cannot be reached ({problem})")


@contextlib.contextmanager
def _bounded_reads(patience: float):
    """Let every download inside give up when it is silent, or too slow to finish in time.

    urllib, which Keras uses, has no limit of its own on either.
    """
    begin = time.monotonic()

    class Watch(urllib.request.BaseHandler):
        def http_response(self, request, response):
            received = 0

            def watched_read(amount: int = -1) -> bytes:
                # By what has arrived, not by the block: a trickle could fill a block for ever.
                nonlocal received
                parts, wanted = [], amount
                while wanted and (part := response.read1(wanted)):
                    parts.append(part)
                    wanted -= len(part) if amount > 0 else 0
                    received += len(part)
                    if received > VGG19_BYTES:
                        raise OSError("it sends more than the file has")
                    spent = time.monotonic() - begin
                    projected = spent * VGG19_BYTES / received
                    if spent > patience or (spent > SILENCE and projected > patience):
                        raise TimeoutError(f"it would take more than {patience:.0f} seconds")
                return b"".join(parts)

            response.read = watched_read
            return response

        https_response = http_response

    previous = urllib.request._opener
    urllib.request.install_opener(urllib.request.build_opener(Watch, _Http, _Https))
    try:
        yield
    finally:
        urllib.request.install_opener(previous)


class _HeadInTime:
    """A connection that hangs up where the head of the answer trickles, each byte in time."""

    def getresponse(self):
        late, sock = threading.Event(), self.sock

        def hang_up() -> None:
            late.set()
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(SILENCE, hang_up)
        timer.start()
        try:
            return super().getresponse()
        finally:
            timer.cancel()
            if late.is_set():
                raise TimeoutError(f"no answer within {SILENCE} seconds")


class _HttpConnection(_HeadInTime, http.client.HTTPConnection):
    pass


class _HttpsConnection(_HeadInTime, http.client.HTTPSConnection):
    pass


class _Http(urllib.request.HTTPHandler):
    def http_open(self, request):
        request.timeout = SILENCE
        return self.do_open(_HttpConnection, request)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request):
        request.timeout = SILENCE
        return self.do_open(_HttpsConnection, request, context=self._context)


def _in_short(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or error
    text = str(reason).strip().splitlines()
    return re.sub(r" on https?://\S+", "", text[0])[:120] if text else type(error).__name__
