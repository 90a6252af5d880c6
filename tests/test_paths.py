"""Paths as readers write them, and addresses that are none."""

import os
import unicodedata
from pathlib import Path

import pytest

from nst_helpers import load_image, load_vgg, save_image
from nst_helpers.network.weights import read_weights
from nst_helpers.paths import as_path
from nst_helpers.sound import load_sound

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has other names")


@pytest.fixture
def home(tmp_path, monkeypatch, picture):
    """A home with a photo in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("PHOTOS", str(tmp_path))
    (tmp_path / "my photos").mkdir()
    save_image(picture, tmp_path / "photo.png")
    save_image(picture, tmp_path / "my photos" / "café (1).png")
    return tmp_path


WRITTEN = [
    "~/photo.png",
    "$HOME/photo.png",
    "${PHOTOS}/photo.png",
    "{home}/photo.png",
    " {home}/photo.png\n",
    "'{home}/photo.png'",
    '"{home}/photo.png"',
    '" ~/photo.png "',
    "“{home}/photo.png”",
    "\u202a{home}/photo.png",  # as Windows' dialogue of properties copies it
    "\u2068{home}/photo.png\u2069",
    "file://{home}/photo.png",
    "file://localhost{home}/photo.png",
    "file:{home}/photo.png",
    "FILE://{home}/photo.png",
    "file://{home}/my%20photos/caf%C3%A9%20%281%29.png",
    "'~/my photos/café (1).png'",
    "~/my photos/cafe\u0301 (1).png",
    r"{home}/my\ photos/café\ \(1\).png",  # as a terminal writes a file that is dragged into it
]


@POSIX
@pytest.mark.parametrize("written", WRITTEN)
def test_a_path_as_it_is_written(home, written):
    written = written.replace("{home}", str(home))
    assert load_image(written).shape == (1, 213, 256, 3)
    if written.isascii() and not written.startswith(("file", "FILE", " ", "'", '"')):
        assert load_image(Path(written)).shape == (1, 213, 256, 3)


@pytest.mark.parametrize("disk", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_composed_and_decomposed_names(tmp_path, picture, disk, written):
    folder, name = "Übung/é ü", "größe Ångström é.png"
    there = tmp_path / unicodedata.normalize(disk, folder)
    there.mkdir(parents=True)
    save_image(picture, there / unicodedata.normalize(disk, name))
    path = tmp_path / unicodedata.normalize(written, f"{folder}/{name}")
    assert load_image(path, None).shape == picture.shape
    assert load_image(f"file://{path}", None).shape == picture.shape
    save_image(picture, path)
    assert len(list(there.iterdir())) == 1
    save_image(picture, path.with_name("neu é.png"))
    assert len(list(there.iterdir())) == 2
    assert [folder.name for folder in tmp_path.iterdir()] == [unicodedata.normalize(disk, "Übung")]


@POSIX
@pytest.mark.parametrize("name", ["$HOME.png", "'photo'.png", " a.png", "~.png", "a\\ b.png"])
def test_the_very_name_comes_first(tmp_path, monkeypatch, picture, name):
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(b"")
    save_image(picture, name)
    assert load_image(name, None).shape == picture.shape
    assert os.listdir() == [name]


@POSIX
def test_saving_to_a_path_as_it_is_written(home, picture):
    for written in ("~/new.png", "$HOME/new.png", " '~/new.png' ", f"file://{home}/new.png"):
        assert save_image(picture, written) == home / "new.png"
    assert sorted(path.name for path in home.iterdir()) == ["my photos", "new.png", "photo.png"]


ADDRESSES = [
    "https://example.org/photo.jpg",
    "HTTP://example.org/photo.jpg",
    "'https://example.org/photo.jpg'",
    "www.example.org/photo.jpg",
    "example.org/photo.jpg",
    "upload.wikimedia.org/some/photo.jpg?download",
    "blob:https://example.org/4d2f",
    "ftp://example.org/photo.jpg",
    "s3://bucket/photo.jpg",
    "data:image/png;base64,iVBORw0KGgo=",
    Path("https://example.org/photo.jpg"),
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_told_apart(address, picture):
    for call in (load_image, lambda path: save_image(picture, path), as_path):
        with pytest.raises(FileNotFoundError, match=r"an address\. Download it first"):
            call(address)


def test_a_file_of_another_machine():
    with pytest.raises(FileNotFoundError, match=r"but on the machine 'server'\. Copy it first"):
        load_image("file://server/share/photo.jpg")


@pytest.mark.parametrize(
    "path", ["photo.jpg", "a:b.jpg", "C:/photo.jpg", "www.jpg", "é.jpg", "é/x"]
)
def test_what_is_not_there_is_told_by_its_name(path):
    with pytest.raises(FileNotFoundError, match=f"There is no file '{path}'. Check the name"):
        load_image(path)


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), OSError(5, "I/O error")]
)
def test_a_file_that_cannot_be_read(tmp_path, monkeypatch, error):
    def refuse(*args, **options):
        raise error

    (tmp_path / "photo.png").write_bytes(b"...")
    monkeypatch.setattr(Path, "open", refuse)
    message = rf"photo\.png' cannot be read \({error.strerror}\)\. Change its rights, or copy it"
    for load in (load_image, load_sound):
        with pytest.raises(type(error), match=message):
            load(tmp_path / "photo.png")


@POSIX
def test_a_name_that_is_no_text(tmp_path, picture):
    """Bytes that are no UTF-8 come from old disks; Python hands them on as they are."""
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png")
    save_image(picture, path)
    assert load_image(path, None).shape == picture.shape
    path = tmp_path / os.fsdecode(b"\xe9.png")
    path.write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"png' is not a picture"):
        load_image(path)


@POSIX
def test_weights_are_found_in_the_same_ways(home):
    for call in (read_weights, lambda path: load_vgg("vgg16", weights=path)):
        (home / "é.h5").write_bytes(b"no weights")
        with pytest.raises(ValueError, match=r"'é\.h5' holds no convolution layers"):
            call("'~/e\u0301.h5' ")
        with pytest.raises(FileNotFoundError, match="an address"):
            call("https://example.org/weights.h5")
