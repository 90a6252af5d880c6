"""Weights from files of every layout, and from hosts that misbehave in every way."""

import contextlib
import hashlib
import http.server
import io
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from nst_helpers import load_vgg
from nst_helpers.network import download, weights
from nst_helpers.network import vgg as network
from nst_helpers.network.download import DownloadError, cached_vgg19, vgg19_file
from nst_helpers.network.weights import read_weights

ONE = np.zeros(1, np.float32)
SOON = 30  # seconds: the hosts below would wait for 60, and what is refused takes none
SENTENCE = r"VGG19 is not here yet: .+\. The bundled VGG16 is used instead"


def convolutions(model):
    return [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]


def legacy_hdf5(model, path, top=False):
    """Write the layout of the published file: Keras 2's save_weights."""
    with h5py.File(path, "w") as file:
        place = file.create_group("model_weights") if top else file
        place.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        place.attrs["backend"] = b"tensorflow"
        place.attrs["keras_version"] = b"2.0.1"
        for layer in model.layers:
            group = place.create_group(layer.name)
            names = [f"{layer.name}_{part}_1:0" for part in "Wb"] if layer.weights else []
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, value in zip(names, layer.get_weights(), strict=True):
                group.create_dataset(name, data=value)
    return path


def as_npz(model, path, **changes):
    arrays = {}
    for layer in convolutions(model):
        kernel, bias = layer.get_weights()
        arrays |= {f"{layer.name}/kernel": kernel, f"{layer.name}/bias": bias}
    np.savez(path, **(arrays | changes))
    return path


def same_weights(first, second):
    return all(
        np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True)
    )


@pytest.fixture(scope="module")
def vgg19():
    return load_vgg("vgg19", weights=None, seed=7)


@pytest.fixture(scope="module")
def published(vgg19, tmp_path_factory):
    """A whole VGG19 in the layout of the published file, with other numbers."""
    return legacy_hdf5(vgg19, tmp_path_factory.mktemp("published") / "vgg19.h5")


# Layouts


LAYOUTS = ["legacy", "legacy whole model", "weights", "Keras' weights", "model", "npz"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_weights_are_read_from_every_layout(layout, vgg19, published, tmp_path):
    if layout == "legacy":
        path = published
    elif layout == "legacy whole model":
        path = legacy_hdf5(vgg19, tmp_path / "model.h5", top=True)
    elif layout == "weights":
        path = tmp_path / "vgg19.weights.h5"
        vgg19.save_weights(path)
    elif layout == "Keras' weights":
        path = tmp_path / "vgg19.weights.h5"
        plain = keras.applications.VGG19(include_top=False, weights=None)
        plain.set_weights(vgg19.get_weights())
        plain.save_weights(path)
    elif layout == "model":
        path = tmp_path / "vgg19.h5"
        vgg19.save(path)
    else:
        path = as_npz(vgg19, tmp_path / "vgg19.npz")
    assert same_weights(load_vgg("vgg19", weights=path), vgg19)


def test_keras_reads_our_synthetic_file_too(vgg19, published):
    """So the layout is Keras' own, and not one that only we can read."""
    model = keras.applications.VGG19(include_top=False, weights=None)
    model.load_weights(published)
    assert same_weights(model, vgg19)


def test_a_path_may_be_a_string(vgg19, published):
    assert same_weights(load_vgg("vgg19", weights=str(published)), vgg19)


def test_nst_weights_names_a_file(vgg19, published, monkeypatch):
    monkeypatch.setenv("NST_WEIGHTS", str(published))
    monkeypatch.setenv("NST_BACKBONE", "vgg19")
    assert same_weights(load_vgg(), vgg19)
    monkeypatch.setenv("NST_WEIGHTS", str(published) + ".not")
    with pytest.raises(FileNotFoundError, match=r"There is no weights file '.+\.not'"):
        load_vgg()


def test_nst_backbone_chooses(real_vgg):
    assert os.environ["NST_BACKBONE"] == "vgg16"
    model = load_vgg()
    assert model.name == "vgg16"
    assert same_weights(model, real_vgg)


def test_the_bundled_weights_have_their_checksum():
    data = weights.BUNDLED_VGG16.read_bytes()
    assert hashlib.sha256(data).hexdigest() == weights.BUNDLED_SHA256
    assert weights.BUNDLED_SHA256 in (weights.BUNDLED_VGG16.parent / "README.md").read_text()


# A host that misbehaves


class Host(http.server.ThreadingHTTPServer):
    """A server on this machine; `manner` says how it behaves."""

    daemon_threads = True

    def __init__(self, content, manner):
        super().__init__(("127.0.0.1", 0), Answer)
        self.content, self.manner, self.asked, self.hosts = content, manner, [], []
        self.over = threading.Event()


class Answer(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.reply(body=False)

    def do_GET(self):
        self.reply(body=True)

    def reply(self, body):
        manner, content = self.server.manner, self.server.content
        self.server.asked.append(self.command)
        self.server.hosts.append(self.headers["Host"])
        if manner == "silent" or (manner == "silent later" and body):
            self.server.over.wait(60)
            return
        if manner == "trickling head" or (manner == "trickling head later" and body):
            self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
            with contextlib.suppress(OSError):
                while not self.server.over.wait(0.05):
                    self.wfile.write(b"x")
            return
        if manner == "missing":
            self.send_error(404, "Not Found")
            return
        if manner == "ill":
            self.send_error(500, "Internal Server Error")
            return
        if manner == "hangs up" or (manner == "hangs up later" and body):
            self.connection.close()
            return
        if manner == "sends away for ever":
            self.send_response(302)
            self.send_header("Location", self.path)
            self.end_headers()
            return
        if manner == "captive portal":
            content = b"<html>Welcome to the hotel's Wi-Fi! Please log in.</html>"
        if manner == "wrong checksum":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response(200)
        if manner not in ("unknown length", "endless"):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if not body:
            return
        with contextlib.suppress(OSError):
            if manner == "cut off":
                self.wfile.write(content[: len(content) // 2])
            elif manner == "falls silent":
                self.wfile.write(content[: len(content) // 2])
                self.server.over.wait(60)
            elif manner in ("trickle", "unknown length"):
                for n in range(0, len(content), 50):
                    self.wfile.write(content[n : n + 50])
                    if self.server.over.wait(0.05):
                        return
            elif manner == "endless":
                while not self.server.over.is_set():
                    self.wfile.write(content)
            else:
                self.wfile.write(content)


CONTENT = np.random.default_rng(0).bytes(300_000)


@pytest.fixture
def host(tmp_path, monkeypatch):
    """Return a function that starts such a host and points the package to it."""
    started = []
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("NST_BACKBONE", raising=False)
    monkeypatch.setattr(download, "SILENCE", 0.6)

    def start(manner, content=CONTENT):
        server = Host(content, manner)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        started.append(server)
        monkeypatch.setattr(
            download, "VGG19_URL", f"http://127.0.0.1:{server.server_port}/models/vgg19.h5"
        )
        monkeypatch.setattr(download, "VGG19_MD5", hashlib.md5(content).hexdigest())
        monkeypatch.setattr(download, "VGG19_BYTES", len(content))
        return server

    opener, timeout = urllib.request.build_opener(), socket.getdefaulttimeout()
    monkeypatch.setattr(urllib.request, "_opener", opener)
    yield start
    for server in started:
        server.over.set()
        server.shutdown()
        server.server_close()
    # Whatever happened, the rest of the program's downloads are as before.
    assert urllib.request._opener is opener
    assert socket.getdefaulttimeout() == timeout


def in_cache():
    """Every file and folder in the cache."""
    folder = cached_vgg19().parent
    return [path.name for path in folder.rglob("*")] if folder.exists() else []


def test_a_good_host_is_asked_once(host):
    server = host("good")
    path = vgg19_file()
    assert path == cached_vgg19()
    assert path.read_bytes() == CONTENT
    assert in_cache() == ["vgg19.h5"]
    assert server.asked == ["HEAD", "GET"]
    assert vgg19_file() == path
    assert server.asked == ["HEAD", "GET"]


BAD_MANNERS = {
    "silent": "no answer within|timed out",
    "silent later": "no answer within|timed out",
    "falls silent": "timed out",
    "trickling head": "no answer within",
    "trickling head later": "no answer within",
    "missing": "Not Found",
    "captive portal": "Wi-Fi log-in page",
    "wrong checksum": "arrived corrupted, 300,000 of 300,000",
    "cut off": "arrived corrupted, 150,000 of 300,000",
    "trickle": "would take more than 2 seconds",
    "unknown length": "would take more than 2 seconds",
    "ill": "Internal Server Error",
    "hangs up": "cannot be reached",
    "hangs up later": "download failed",
    "sends away for ever": "infinite loop|redirect",
    "endless": "sends more than the file has",
}


@pytest.mark.parametrize("manner", BAD_MANNERS)
@pytest.mark.parametrize("before", ["nothing", "half a file"])
def test_a_bad_host_is_given_up_soon_and_leaves_nothing(host, manner, before):
    host(manner)
    if before == "half a file":
        cached_vgg19().parent.mkdir(parents=True)
        cached_vgg19().write_bytes(CONTENT[:1000])
    begin = time.monotonic()
    with pytest.raises(DownloadError, match=BAD_MANNERS[manner]):
        vgg19_file(patience=2)
    assert time.monotonic() - begin < SOON
    assert in_cache() == []


def test_what_a_killed_download_left_is_swept_away_and_a_living_one_is_not(host):
    host("good")
    cache = cached_vgg19().parent
    for age, name in ((0, ".vgg19-living"), (2 * download.FORGOTTEN, ".vgg19-killed")):
        cache.mkdir(parents=True, exist_ok=True)
        (cache / name).write_bytes(CONTENT[:1000])
        os.utime(cache / name, (time.time() - age,) * 2)
    assert vgg19_file().read_bytes() == CONTENT
    assert sorted(path.name for path in cache.iterdir()) == [".vgg19-living", "vgg19.h5"]


def test_a_host_that_is_not_there(host):
    server = host("good")
    server.shutdown()
    server.server_close()
    with pytest.raises(DownloadError, match="cannot be reached"):
        vgg19_file()
    assert in_cache() == []


def test_a_name_look_up_that_hangs(host, monkeypatch):
    host("good")
    released = threading.Event()

    def hang(*args, **options):
        released.wait(30)
        raise OSError("too late")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    begin = time.monotonic()
    with pytest.raises(DownloadError, match=r"no answer within 0\.6 seconds"):
        vgg19_file()
    assert time.monotonic() - begin < SOON
    released.set()


def test_a_half_file_is_replaced_where_the_host_is_good(host):
    host("good")
    cached_vgg19().parent.mkdir(parents=True)
    cached_vgg19().write_bytes(CONTENT[:1000])
    assert vgg19_file().read_bytes() == CONTENT
    assert in_cache() == ["vgg19.h5"]


def test_a_cache_that_cannot_be_written(host, tmp_path):
    host("good")
    (tmp_path / "keras").write_text("a file where the folder should be")
    with pytest.raises(DownloadError, match=r"nothing can be written to .+/models.+KERAS_HOME"):
        vgg19_file()
    assert (tmp_path / "keras").read_text().startswith("a file")


@pytest.mark.parametrize("manner", ["missing", "captive portal", "silent"])
def test_load_vgg_takes_the_bundled_one_and_says_so(host, manner, capsys, real_vgg):
    host(manner)
    cached_vgg19().parent.mkdir(parents=True)
    cached_vgg19().write_bytes(CONTENT[:1000])
    model = load_vgg()
    said = capsys.readouterr().out
    assert model.name == "vgg16"
    assert same_weights(model, real_vgg)
    assert len(said.strip().splitlines()) == 1
    assert re.search(SENTENCE, said)
    assert 'load_vgg("vgg19")' in said
    assert in_cache() == []


def test_a_trickle_is_given_up_by_load_vgg_too(host, capsys, monkeypatch):
    host("trickle")
    monkeypatch.setattr(network, "PATIENCE", 1)
    begin = time.monotonic()
    assert load_vgg().name == "vgg16"
    assert time.monotonic() - begin < SOON
    assert "would take more than 1 seconds" in capsys.readouterr().out


def test_vgg19_asked_for_is_never_replaced(host, capsys):
    host("missing")
    expected = r"VGG19 cannot be loaded: .+Not Found.+ load_vgg\(\"vgg16\"\).+weights=path"
    with pytest.raises(DownloadError, match=expected):
        load_vgg("vgg19")
    assert isinstance(DownloadError(), OSError)


def test_load_vgg_takes_what_the_host_gives(host, vgg19, published):
    host("good", published.read_bytes())
    assert same_weights(load_vgg(), vgg19)
    assert in_cache() == ["vgg19.h5"]


def test_threads_that_fetch_at_once_all_get_the_file(host):
    host("good")
    outcomes = []

    def fetch():
        try:
            outcomes.append(vgg19_file().read_bytes() == CONTENT)
        except Exception as error:
            outcomes.append(error)

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes == [True] * 4
    assert in_cache() == ["vgg19.h5"]


FETCH = """
import sys
from nst_helpers.network import download
download.VGG19_URL, download.VGG19_MD5 = sys.argv[1:3]
download.VGG19_BYTES = int(sys.argv[3])
print(download.vgg19_file())
"""


def test_processes_that_fetch_at_once_all_get_the_file(host):
    host("good")
    command = [sys.executable, "-c", FETCH]
    command += [download.VGG19_URL, download.VGG19_MD5, str(download.VGG19_BYTES)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in running:
        out, error = process.communicate(timeout=100)
        assert process.returncode == 0, error
        assert out.strip().splitlines()[-1] == str(cached_vgg19())
    assert cached_vgg19().read_bytes() == CONTENT
    assert in_cache() == ["vgg19.h5"]


def test_one_that_fetches_does_not_disturb_another_that_has_just_finished(host, monkeypatch):
    """Between finding the file broken and removing it, another process replaces it."""
    host("missing")
    target = cached_vgg19()
    target.parent.mkdir(parents=True)
    target.write_bytes(b"half")
    digest = download.digest

    def slow_digest(path, algorithm):
        found = digest(path, algorithm)
        (target.parent / "other").write_bytes(CONTENT)
        os.replace(target.parent / "other", target)
        return found

    monkeypatch.setattr(download, "digest", slow_digest)
    with pytest.raises(DownloadError):
        vgg19_file()
    assert target.read_bytes() == CONTENT


def test_keras_home_is_where_keras_looks(monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert cached_vgg19().parent == tmp_path / "models"
    monkeypatch.delenv("KERAS_HOME")
    assert cached_vgg19().parent == Path.home() / ".keras" / "models"
    assert cached_vgg19().name == "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"


# The place of the file


@pytest.fixture
def nowhere(monkeypatch):
    """Return a function that lets nothing be written to some folders; nobody may be root's."""
    allowed = os.access

    def forbid(*folders, truly=True):
        def refused(path):
            return any(Path(path).is_relative_to(folder) for folder in folders)

        def access(path, mode):
            return not (mode == os.W_OK and refused(path)) and allowed(path, mode)

        for name in ("mkdir", "open"):
            given = getattr(Path, name)

            def refuse(path, *args, given=given, **options):
                if refused(path) and (args or options) and args != ("rb",):
                    raise PermissionError(13, "Permission denied", str(path))
                return given(path, *args, **options)

            monkeypatch.setattr(Path, name, refuse)
        if truly:  # else the system only finds out when it comes to it
            monkeypatch.setattr(os, "access", access)

    return forbid


def test_a_home_that_cannot_be_written(host, nowhere, monkeypatch, tmp_path):
    server = host("good")
    home, other = tmp_path / "home", tmp_path / "other"
    monkeypatch.delenv("KERAS_HOME")
    for folder in (home, other):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(download.tempfile, "gettempdir", lambda: str(other))
    nowhere(home)
    assert vgg19_file() == other / ".keras" / "models" / "vgg19.h5"
    assert vgg19_file().read_bytes() == CONTENT
    assert server.asked == ["HEAD", "GET"]
    assert not list(home.iterdir())


def test_a_file_in_a_home_that_cannot_be_written_is_taken(host, nowhere, monkeypatch, tmp_path):
    """As on a hub whose teacher has put it there."""
    server = host("good")
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    there = tmp_path / ".keras" / "models" / "vgg19.h5"
    there.parent.mkdir(parents=True)
    there.write_bytes(CONTENT)
    nowhere(tmp_path)
    assert vgg19_file() == there
    assert server.asked == []


@pytest.mark.parametrize("truly", [True, False])
@pytest.mark.parametrize("chosen", ["KERAS_HOME", "HOME"])
def test_nowhere_to_put_the_file(host, nowhere, monkeypatch, tmp_path, chosen, truly, capsys):
    host("good")
    if chosen == "HOME":
        monkeypatch.delenv("KERAS_HOME")
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        (tmp_path / "home").mkdir()
        monkeypatch.setattr(download.tempfile, "gettempdir", lambda: str(tmp_path / "other"))
    nowhere(tmp_path, truly=truly)
    folder = re.escape(str(cached_vgg19().parent))
    sentence = rf"nothing can be written to '{folder}' \(.*Permission denied.*\): set the"
    sentence += " environment variable KERAS_HOME to a folder where it can"
    with pytest.raises(DownloadError, match=sentence):
        load_vgg("vgg19")
    assert load_vgg().name == "vgg16"
    assert re.search(sentence + r"\. The bundled VGG16", capsys.readouterr().out)


def test_nothing_can_be_written_anywhere(host, nowhere, monkeypatch, tmp_path, capsys):
    """As in a container without a disk of its own."""

    def refuse():
        raise FileNotFoundError("No usable temporary directory found")

    host("good")
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(download.tempfile, "gettempdir", refuse)
    nowhere(tmp_path)
    assert load_vgg().name == "vgg16"
    assert "environment variable KERAS_HOME to a folder where it can" in capsys.readouterr().out


@pytest.mark.parametrize("written", ["'{}'", ' "{}"\n', "{}/", "file://{}"])
def test_keras_home_as_shells_leave_it(monkeypatch, tmp_path, written):
    monkeypatch.setenv("KERAS_HOME", written.format(tmp_path))
    assert cached_vgg19().parent == tmp_path / "models"


@pytest.mark.parametrize("empty", ["", " ", "''"])
def test_an_empty_keras_home_is_none(monkeypatch, empty):
    monkeypatch.setenv("KERAS_HOME", empty)
    assert cached_vgg19().parent == Path.home() / ".keras" / "models"


def test_others_may_read_the_file(host):
    """The shared place of a class: with the rights that whoever fetches it gives to new files."""
    host("good")
    before = os.umask(0o022)
    try:
        assert vgg19_file().stat().st_mode & 0o777 == (0o666 if os.name == "nt" else 0o644)
    finally:
        os.umask(before)


# Variables as shells leave them


@pytest.mark.parametrize("written", ["vgg16 ", "VGG16", "'vgg16'", '" Vgg16 "', "vgg16\r"])
def test_nst_backbone_with_blanks_quotes_and_capitals(monkeypatch, written):
    monkeypatch.setenv("NST_BACKBONE", written)
    assert load_vgg(weights=None).name == "vgg16"


def test_nst_weights_with_blanks_and_quotes(vgg19, published, monkeypatch):
    monkeypatch.setenv("NST_BACKBONE", "vgg19")
    monkeypatch.setenv("NST_WEIGHTS", f"'{published}' ")
    assert same_weights(load_vgg(), vgg19)
    monkeypatch.setenv("NST_BACKBONE", "vgg16")
    monkeypatch.setenv("NST_WEIGHTS", " ")
    assert load_vgg().name == "vgg16"


def test_a_file_that_nst_weights_names_and_that_cannot_be_used(monkeypatch, tmp_path):
    (tmp_path / "none.h5").write_bytes(b"no weights")
    for name, kind in (("nowhere.h5", FileNotFoundError), ("none.h5", ValueError)):
        monkeypatch.setenv("NST_WEIGHTS", str(tmp_path / name))
        with pytest.raises(kind, match=rf"{name}.+ The environment variable NST_WEIGHTS names it"):
            load_vgg()


PROXIES = {
    "plain": "http://{}",
    "with quotes": "'http://{}'",
    "with blanks": " http://{} ",
    "in capitals": "HTTP://{}",
    "without its kind": "{}",
    "with a password": "http://student:secret@{}/",
}


@pytest.fixture
def proxied(host, monkeypatch):
    """A host that is there only through a proxy; return the proxy."""
    proxy = host("good")
    monkeypatch.setattr(download, "VGG19_URL", "http://weights.invalid/models/vgg19.h5")
    for name in ("http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return proxy


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("written", PROXIES)
def test_proxies_as_shells_leave_them(proxied, monkeypatch, variable, written):
    monkeypatch.setenv(variable, PROXIES[written].format(f"127.0.0.1:{proxied.server_port}"))
    assert vgg19_file().read_bytes() == CONTENT
    assert set(proxied.hosts) == {"weights.invalid"}


def test_proxies_that_come_and_go(proxied, monkeypatch):
    """As when a laptop goes from home to the university, with the same kernel running."""
    way = f"http://127.0.0.1:{proxied.server_port}"
    for variables, good in (({}, False), ({"http_proxy": way}, True), ({}, False)):
        for name in ("http_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        cached_vgg19().unlink(missing_ok=True)
        with contextlib.nullcontext() if good else pytest.raises(DownloadError, match="reached"):
            vgg19_file()


@pytest.mark.parametrize("exempt", ["*", "127.0.0.1", "'127.0.0.1'", " localhost , 127.0.0.1 "])
def test_hosts_without_a_proxy(host, monkeypatch, exempt):
    host("good")
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("NO_PROXY", exempt)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert vgg19_file().read_bytes() == CONTENT


def test_a_proxy_of_its_own_comes_before_the_one_for_all(proxied, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxied.server_port}")
    assert vgg19_file().read_bytes() == CONTENT


@pytest.mark.parametrize("variable", ["http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("kind", ["socks", "socks4a", "socks5", "SOCKS5h"])
def test_a_proxy_that_speaks_socks(proxied, monkeypatch, variable, kind, capsys):
    monkeypatch.setenv(variable, f"{kind}://student:secret@127.0.0.1:1080")
    sentence = r"the proxy 127\.0\.0\.1:1080 speaks SOCKS, .+ variable HTTP_PROXY to an HTTP proxy"
    with pytest.raises(DownloadError, match=sentence):
        load_vgg("vgg19")
    assert load_vgg().name == "vgg16"
    said = capsys.readouterr().out
    assert re.search(sentence, said) and "secret" not in said


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "nonsense", "http://["])
def test_a_proxy_that_is_none(proxied, monkeypatch, proxy):
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(DownloadError, match="cannot be reached"):
        vgg19_file()


# Files that are no weights: nothing is unpickled, and nothing deep is raised


class Trap:
    """Unpickling this writes a file."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("kind", ["npz", "h5"])
def test_a_small_file_that_claims_to_be_a_giant_is_refused_unread(tmp_path, kind):
    path = tmp_path / f"giant.{kind}"
    if kind == "npz":
        giant = {"block1_conv1/kernel": np.zeros(100_000_000, np.int8), "block1_conv1/bias": ONE}
        np.savez_compressed(path, **giant)
    else:
        with h5py.File(path, "w") as file:
            layer = file.create_group("block1_conv1")
            layer.create_dataset("kernel", (3, 3, 10**6, 10**6), np.float32, chunks=(3, 3, 99, 99))
            layer.create_dataset("bias", (3,), np.float32)
    assert path.stat().st_size < 1_000_000
    begin = time.monotonic()
    with pytest.raises(ValueError, match="larger than any convolution of VGG"):
        read_weights(path)
    assert time.monotonic() - begin < SOON


def test_a_pickle_in_an_npz_is_never_opened(tmp_path):
    sprung = tmp_path / "sprung"
    trap = np.array([Trap(sprung)], dtype=object)
    path = tmp_path / "trap.npz"
    np.savez(path, **{"block1_conv1/kernel": trap, "block1_conv1/bias": trap})
    with pytest.raises(ValueError, match=r"'trap\.npz' is damaged"):
        read_weights(path)
    assert not sprung.exists()
    np.load(path, allow_pickle=True)["block1_conv1/kernel"]
    assert sprung.exists(), "the trap itself must work, else this test proves nothing"


def small_files(tmp_path):
    """A small good file of each layout."""
    kernel = np.random.default_rng(0).normal(size=(3, 3, 3, 4)).astype(np.float32)
    arrays = {"block1_conv1/kernel": kernel, "block1_conv1/bias": np.zeros(4, np.float32)}
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    yield "npz", stream.getvalue()
    with h5py.File(tmp_path / "good.h5", "w") as file:
        group = file.create_group("block1_conv1")
        group["block1_conv1_W_1:0"], group["block1_conv1_b_1:0"] = arrays.values()
    yield "h5", (tmp_path / "good.h5").read_bytes()


@pytest.mark.parametrize("kind", ["npz", "h5"])
def test_damaged_files_are_refused_in_a_sentence(tmp_path, kind):
    """Cut off at 40 places and with bits flipped at 80: read, or refused by name."""
    data = dict(small_files(tmp_path))[kind]
    rng = np.random.default_rng(3)
    path = tmp_path / f"broken.{kind}"
    path.write_bytes(data)
    assert list(read_weights(path)) == ["block1_conv1"]
    damaged = [data[: int(n)] for n in np.linspace(0, len(data) - 1, 40)]
    for place in rng.integers(0, len(data), 80):
        flipped = bytearray(data)
        flipped[place] ^= 1 << int(rng.integers(8))
        damaged.append(bytes(flipped))
    refused = 0
    for broken in damaged:
        path.write_bytes(broken)
        begin = time.monotonic()
        try:
            found = read_weights(path)
        except ValueError as error:
            refused += 1
            assert f"'broken.{kind}'" in str(error)
            assert "damaged or cut off" in str(error) or "holds no convolution" in str(error)
        else:
            assert set(found) <= {"block1_conv1"}
        assert time.monotonic() - begin < SOON
    assert refused >= 40
