"""VGG19's weights file: from Keras' cache, or by one bounded download."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import re
import secrets
import socket
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from nst_helpers.paths import as_path, unwrapped

VGG19_URL = (
    "https://storage.googleapis.com/tensorflow/keras-applications/"
    "vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
VGG19_MD5 = "253f8cb515780f3b799900260a226db6"
VGG19_BYTES = 80_134_624

SILENCE = 5  # seconds that a server may say nothing
FORGOTTEN = 3600  # seconds after which a half file belongs to nobody: no download lives that long
PATIENCE = 60  # seconds that a download nobody asked for may take in all

_one_at_a_time = threading.Lock()


class DownloadError(OSError):
    """VGG19 could not be downloaded; the message says why in half a sentence."""


def cached_vgg19() -> Path:
    """Return the place of VGG19's weights in Keras' cache, whether or not they are there.

    Returns
    -------
    Path
        In `~/.keras/models`, or where Keras itself goes: to the folder that the variable
        KERAS_HOME names, and beside other temporary files where nothing can be written at home.
    """
    name = Path("models") / VGG19_URL.rsplit("/", 1)[1]
    if chosen := unwrapped(os.environ.get("KERAS_HOME", "")):
        return as_path(chosen) / name
    home = Path(os.path.expanduser("~"), ".keras")
    if (home / name).is_file() or _can_be_written(home / "models"):
        return home / name
    with contextlib.suppress(OSError):  # there is no folder for temporary files either
        return Path(tempfile.gettempdir(), ".keras") / name
    return home / name


def vgg19_file(patience: float = PATIENCE) -> Path:
    """Return VGG19's weights file from Keras' cache, downloading it once if need be.

    The file arrives under another name and is moved into place when its checksum is right: a half
    file never stays, and two processes cannot disturb each other.

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
        No network, a captive portal, a slow or broken transfer, or nowhere to put the file.
    """
    with _one_at_a_time:  # so that threads do not all download the same file
        target = cached_vgg19()
        if not _is_whole(target):
            _download(target, patience)
        return target


def digest(path: Path, algorithm: str) -> str:
    """Return a file's checksum.

    Parameters
    ----------
    path : Path
        A file.
    algorithm : str
        As ``hashlib`` names it.

    Returns
    -------
    str
        In hexadecimal digits.
    """
    checksum = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            checksum.update(block)
    return checksum.hexdigest()


def in_short(error: BaseException) -> str:
    """Return what went wrong in a few words.

    Parameters
    ----------
    error : Exception
        From wherever.

    Returns
    -------
    str
        One line.
    """
    text = str(getattr(error, "reason", None) or error).strip().splitlines()
    return text[0][:120] if text else type(error).__name__


def _can_be_written(folder: Path) -> bool:
    """Tell whether the folder is there and may be written, or can be made in one that is."""
    there = next((place for place in (folder, *folder.parents[:2]) if place.exists()), None)
    return there is not None and os.access(there, os.W_OK)


def _is_whole(target: Path) -> bool:
    """Tell whether the file is there and right; what is broken is removed."""
    if not target.is_file():
        return False
    found = target.stat()
    if digest(target, "md5") == VGG19_MD5:
        return True
    # Only the very file that was found broken, not one that has just replaced it.
    with contextlib.suppress(OSError):
        if target.stat().st_ino == found.st_ino:
            target.unlink()
    return False


def _download(target: Path, patience: float) -> None:
    opener = _opener()
    _knock(opener)
    part = target.with_name(f".vgg19-{secrets.token_hex(8)}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        with part.open("xb") as file:
            for block in _blocks(opener, patience):
                file.write(block)
        os.replace(part, target)
    except DownloadError:
        raise
    except OSError as error:
        raise DownloadError(
            f"nothing can be written to '{target.parent}' ({in_short(error)}): set the "
            "environment variable KERAS_HOME to a folder where it can"
        ) from error
    finally:
        with contextlib.suppress(OSError):  # it is in its place, or was never made
            part.unlink()


def _sweep(cache: Path) -> None:
    """Remove what downloads left behind whose process was killed."""
    for part in cache.glob(".vgg19-*"):
        with contextlib.suppress(OSError):  # another process may sweep as well
            if time.time() - part.stat().st_mtime > FORGOTTEN:
                part.unlink()


def _opener() -> urllib.request.OpenerDirector:
    """Return an opener with the proxies as they are set now, quotes and capitals or not."""
    proxies = {}
    for kind, text in urllib.request.getproxies().items():
        if url := unwrapped(text):
            proxies[kind] = re.sub(r"^\w+://", lambda scheme: scheme[0].lower(), url)
    address = urlsplit(VGG19_URL)
    if urllib.request.proxy_bypass_environment(address.netloc, proxies):
        proxies = {}
    # ALL_PROXY counts where nothing more special does; Python itself does not know it.
    proxy = proxies.get(address.scheme, proxies.get("all", ""))
    if proxy.startswith("socks"):
        host = re.sub(r"^.*(//|@)", "", proxy)  # without a password
        raise DownloadError(
            f"the proxy {host} speaks SOCKS, which this download does not: set the environment "
            f"variable {address.scheme.upper()}_PROXY to an HTTP proxy"
        )
    used = {address.scheme: proxy} if proxy else {}
    return urllib.request.build_opener(urllib.request.ProxyHandler(used), _Http, _Https)


def _knock(opener: urllib.request.OpenerDirector) -> None:
    """Ask the server for the file's head, in a thread: even a name look-up can hang."""
    answer: list[str] = []

    def ask() -> None:
        try:
            request = urllib.request.Request(VGG19_URL, method="HEAD")
            with opener.open(request, timeout=SILENCE) as reply:
                length = reply.headers.get("Content-Length")
            good = length is None or int(length) == VGG19_BYTES
            answer.append("" if good else "something other than the weights answers, as a "
                          "Wi-Fi log-in page does")  # fmt: skip
        except Exception as error:
            answer.append(in_short(error))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(SILENCE + 1)
    problem = answer[0] if answer else f"no answer within {SILENCE} seconds"
    if problem:
        raise DownloadError(f"the download host cannot be reached ({problem})")


def _blocks(opener: urllib.request.OpenerDirector, patience: float) -> Iterator[bytes]:
    """Yield the file as it arrives, and give up where it is silent, too slow, or another."""
    begin, received = time.monotonic(), 0
    checksum = hashlib.new("md5", usedforsecurity=False)
    try:
        with opener.open(VGG19_URL, timeout=SILENCE) as reply:
            # By what has arrived: a trickle could take for ever to fill a block.
            while block := reply.read1(1 << 16):
                received += len(block)
                if received > VGG19_BYTES:
                    raise OSError("it sends more than the file has")
                spent = time.monotonic() - begin
                projected = spent * VGG19_BYTES / received
                if spent > patience or (spent > SILENCE and projected > patience):
                    raise TimeoutError(f"it would take more than {patience:.0f} seconds")
                checksum.update(block)
                yield block
        if checksum.hexdigest() != VGG19_MD5:
            raise OSError(f"it arrived corrupted, {received:,} of {VGG19_BYTES:,} bytes")
    except Exception as error:
        raise DownloadError(f"the download failed ({in_short(error)})") from error


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
        return self.do_open(_HttpConnection, request)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, request):
        return self.do_open(_HttpsConnection, request, context=self._context)
