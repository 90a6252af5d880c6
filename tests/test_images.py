"""Pictures in, from every source and in every mode, and out again, whole or not at all."""

import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from nst_helpers import (
    PICTURES,
    activations,
    images,
    load_image,
    load_picture,
    pyramid,
    resize_image,
    save_image,
    transfer,
)
from nst_helpers.gallery import stripes_and_patches
from nst_helpers.images import encode_png, to_pil

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def corners(picture):
    """Top left, top right, bottom left, bottom right, as 8-bit colours."""
    image = np.rint(picture[0] * 255).astype(int)
    return [tuple(image[i, j]) for i, j in ((0, 0), (0, -1), (-1, 0), (-1, -1))]


def four_colours(width=6, height=4):
    """Red, green / blue, white: no two rotations look alike."""
    array = np.zeros((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    array[:top, :left], array[:top, left:] = RED, GREEN
    array[top:, :left], array[top:, left:] = BLUE, WHITE
    return Image.fromarray(array)


def as_file(picture, kind="PNG", **options):
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def check_form(image, height, width):
    assert image.shape == (1, height, width, 3)
    assert image.dtype == np.float32
    assert 0 <= image.min() <= image.max() <= 1


# Sources


def test_every_source_gives_the_same_picture(tmp_path):
    picture = four_colours()
    path = tmp_path / "four.png"
    picture.save(path)
    array = np.asarray(picture)
    sources = [
        path,
        str(path),
        path.read_bytes(),
        bytearray(path.read_bytes()),
        memoryview(path.read_bytes()),
        picture,
        array,
        array.astype(np.uint16) * 257,
        array / 255,
        (array / 255).astype(np.float32)[None],
        np.dstack([array, np.full((4, 6), 255, np.uint8)]),
    ]
    for source in sources:
        image = load_image(source, None)
        check_form(image, 4, 6)
        assert corners(image) == [RED, GREEN, BLUE, WHITE]


def test_the_arrays_given_are_left_alone():
    array = np.random.default_rng(0).random((5, 7, 3)).astype(np.float32)
    before = array.copy()
    image = load_image(array, None)
    image[:] = 0
    np.testing.assert_array_equal(array, before)


def test_a_pil_image_given_keeps_its_size():
    photo = Image.open(io.BytesIO(as_file(four_colours(320, 240), "JPEG")))
    check_form(load_image(photo, 16), 12, 16)
    assert photo.size == (320, 240)


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_every_bundled_picture_loads(name):
    image = load_picture(name, 64)
    assert max(image.shape[1:3]) == 64
    check_form(image, *image.shape[1:3])
    assert image.std() > 0.02


# Modes


@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_rotation_is_applied(turn):
    # What a camera stores for each of the eight positions so that the picture is upright.
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    upright = four_colours(48, 32)
    stored = upright.transpose(undo[turn]) if turn in undo else upright
    exif = Image.Exif()
    exif[0x0112] = turn
    for kind in ("PNG", "JPEG", "WEBP"):
        options = {"quality": 95, "exif": exif} if kind != "PNG" else {"exif": exif}
        image = load_image(as_file(stored, kind, **options), None)
        check_form(image, 32, 48)
        expected = np.array([RED, GREEN, BLUE, WHITE])
        assert np.abs(np.array(corners(image)) - expected).max() < 30, (kind, turn)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_transparency_is_laid_on_white(mode):
    picture = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    picture.putpixel((0, 0), (0, 0, 0, 255))
    picture.putpixel((3, 3), (0, 0, 0, 128))
    picture = picture.convert("LA") if mode == "LA" else picture
    if mode == "PA":
        palette = Image.new("PA", (4, 4), (0, 0))
        palette.putpalette([0, 0, 0] * 256)
        palette.putalpha(picture.getchannel("A"))
        picture = palette
    image = load_image(picture, None)
    check_form(image, 4, 4)
    assert image[0, 0, 0].tolist() == [0, 0, 0]
    assert image[0, 0, 1].tolist() == [1, 1, 1]
    np.testing.assert_allclose(image[0, 3, 3], 0.5, atol=0.01)


def test_a_palette_keeps_its_colours_and_its_transparent_one():
    picture = four_colours().quantize(4)
    assert corners(load_image(as_file(picture), None)) == [RED, GREEN, BLUE, WHITE]
    blue = picture.getpixel((0, 3))
    seen = load_image(as_file(picture, transparency=blue), None)
    assert corners(seen) == [RED, GREEN, WHITE, WHITE]


def test_an_array_with_alpha_is_laid_on_white():
    array = np.zeros((3, 3, 4), np.float32)
    array[1, 1, 3] = 0.25
    image = load_image(array, None)
    np.testing.assert_allclose(image[0, 0, 0], 1)
    np.testing.assert_allclose(image[0, 1, 1], 0.75)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled(kind):
    ramp = np.linspace(0, 65535, 20).astype(np.uint16).reshape(4, 5)
    image = load_image(as_file(Image.fromarray(ramp), kind), None)
    check_form(image, 4, 5)
    np.testing.assert_allclose(image[0, :, :, 0], ramp / 65535, atol=1e-4)


@pytest.mark.parametrize(
    ("mode", "white"), [("L", 255), ("1", 1), ("I", 65535), ("F", 255.0), ("F", 1.0)]
)
def test_one_channel_is_widened_to_three(mode, white):
    picture = Image.new(mode, (5, 4), 0)
    picture.putpixel((1, 2), white)
    image = load_image(picture, None)
    check_form(image, 4, 5)
    np.testing.assert_allclose(image[0, 2, 1], 1)
    assert image.sum() == pytest.approx(3)


def test_grey_arrays_are_widened():
    grey = np.random.default_rng(0).random((4, 5))
    for source in (grey, grey[:, :, None]):
        image = load_image(source, None)
        for channel in range(3):
            np.testing.assert_allclose(image[0, :, :, channel], grey, rtol=1e-6)


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "HSV", "RGBX", "P"])
def test_other_colour_modes_become_rgb(mode):
    image = load_image(four_colours().convert(mode), None)
    expected = np.array([RED, GREEN, BLUE, WHITE])
    assert np.abs(np.array(corners(image)) - expected).max() < 8


def test_a_cmyk_jpeg_becomes_rgb():
    image = load_image(as_file(four_colours(32, 32).convert("CMYK"), "JPEG", quality=95), None)
    assert np.abs(np.array(corners(image)) - [RED, GREEN, BLUE, WHITE]).max() < 30


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_is_taken(kind):
    frames = [Image.new("RGB", (8, 6), colour) for colour in (RED, BLUE, GREEN)]
    data = as_file(frames[0], kind, save_all=True, append_images=frames[1:])
    image = load_image(data, None)
    check_form(image, 6, 8)
    assert np.abs(np.array(corners(image)) - RED).max() < 8


# Sizes


@given(st.integers(4, 90), st.integers(4, 90), st.integers(16, 120))
def test_the_longer_side_is_exact_and_the_aspect_is_kept(height, width, size):
    grey = np.full((height, width), 0.5)
    expected = [round(side * size / max(height, width)) for side in (height, width)]
    if min(expected) < 2:
        with pytest.raises(ValueError, match="each side needs at least 2"):
            load_image(grey, size)
        return
    image = load_image(grey, size)
    check_form(image, *expected)
    assert max(image.shape[1:3]) == size
    np.testing.assert_allclose(image, 0.5, atol=1e-3)


def test_size_none_keeps_the_files_own():
    check_form(load_image(as_file(four_colours(37, 19)), None), 19, 37)


def test_resizing_to_height_and_width(picture):
    check_form(resize_image(picture, (10, 20)), 10, 20)
    check_form(resize_image(picture, (40, 48)), 40, 48)
    check_form(resize_image(picture, 24), 20, 24)


def test_a_large_jpeg_decoded_small_looks_the_same():
    rng = np.random.default_rng(0)
    smooth = Image.fromarray(rng.integers(0, 256, (8, 12, 3), np.uint8)).resize((1200, 800))
    from_jpeg = load_image(as_file(smooth, "JPEG", quality=95), 60)
    from_png = load_image(as_file(smooth), 60)
    assert from_jpeg.shape == from_png.shape
    assert np.abs(from_jpeg - from_png).mean() < 0.01


def test_lanczos_does_not_leave_the_range():
    checks = (np.indices((9, 9)).sum(axis=0) % 2).astype(np.float32)
    check_form(load_image(checks, 50), 50, 50)


# Out


@pytest.mark.parametrize("ending", ["png", "PNG", "jpg", "jpeg", "webp"])
def test_what_is_saved_is_read_back(tmp_path, ending):
    image = load_picture("coffee", 40)
    path = save_image(image, tmp_path / f"result.{ending}")
    assert [file.name for file in tmp_path.iterdir()] == [f"result.{ending}"]
    again = load_image(path, None)
    if ending.lower() == "png":
        assert np.abs(again - image).max() <= 0.5 / 255 + 1e-6
    else:
        assert np.abs(again - image).mean() < 0.03
    with Image.open(path) as file:
        assert file.format == {"jpg": "JPEG"}.get(ending, ending.upper())


def test_an_existing_file_is_replaced(tmp_path, picture):
    path = tmp_path / "result.png"
    path.write_text("an older one")
    assert save_image(picture, str(path)) == path
    assert load_image(path, None).shape == picture.shape


@pytest.mark.parametrize("place", ["write_bytes", "replace"])
@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize("what", [OSError("No space left on device"), KeyboardInterrupt()])
def test_a_failing_writer_leaves_nothing_behind(
    tmp_path, picture, monkeypatch, place, existing, what
):
    path = tmp_path / "result.png"
    if existing:
        path.write_text("an older one")

    def fail(target, *args):
        with Path(target).open("wb") as half:
            half.write(b"half a fi")
        raise what

    monkeypatch.setattr(*((Path, place) if place == "write_bytes" else (os, place)), fail)
    with pytest.raises(type(what), match=r"No space left|^$"):
        save_image(picture, path)
    assert [file.name for file in tmp_path.iterdir()] == (["result.png"] if existing else [])
    if existing:
        assert path.read_text() == "an older one"


POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has other names and links")


@POSIX
def test_a_link_is_replaced_and_what_it_points_to_is_left_alone(tmp_path, picture):
    (tmp_path / "precious.txt").write_text("precious")
    (tmp_path / "result.png").symlink_to(tmp_path / "precious.txt")
    save_image(picture, tmp_path / "result.png")
    assert (tmp_path / "precious.txt").read_text() == "precious"
    assert not (tmp_path / "result.png").is_symlink()


NAMES = ["..%2f..%2fetc.png", "-rf.png", "$(touch x).png", "a;touch x.png", "|touch x", "a\nb.png"]
written = []


def watch(event, arguments, watching=written):
    """Every file opened for writing, by whomever."""
    if event == "open" and watching and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        watching.append(arguments[0])


@pytest.fixture(scope="module")
def watched():
    sys.addaudithook(watch)  # for good: it cannot be taken off


@POSIX
@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_never_chooses_where_something_is_written(watched, tmp_path, picture, name):
    path = tmp_path / name
    path.write_bytes(encode_png(picture))
    written[:] = ["watching"]
    for source in (path, str(path), path.read_bytes()):
        load_image(source)
    assert written == ["watching"]
    save_image(picture, tmp_path / "result.png")
    assert len(written) > 1, "the watch itself must work, else this test proves nothing"
    written.clear()
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([name, "result.png"])


def test_png_carries_the_settings(picture):
    settings = {"alpha": 1.0, "beta": 0.01, "layers": ["conv4_2"], "note": "Größe ×2"}
    data = encode_png(picture, settings)
    with Image.open(io.BytesIO(data)) as file:
        assert json.loads(file.text["nst settings"]) == settings
    assert np.abs(load_image(data, None) - picture).max() <= 0.5 / 255 + 1e-6
    with Image.open(io.BytesIO(encode_png(picture))) as file:
        assert file.text == {}


def test_to_pil_rounds_to_the_nearest():
    image = np.full((1, 2, 2, 3), 127.6 / 255, np.float32)
    assert to_pil(image).getpixel((0, 0)) == (128, 128, 128)


def test_a_picture_is_checked_once_where_it_enters(vgg, tmp_path, monkeypatch):
    """The way of the content picture: from a file into a transfer, to G, and into a file."""
    met = []

    def as_image(image, name="image"):
        met.append(name)
        return checked(image, name)

    checked = images.as_image
    for module in (images, activations, pyramid, transfer):
        monkeypatch.setattr(module, "as_image", as_image)
    content = load_image(PICTURES["flower"].path, 100)
    style = load_picture("great_wave", 64)
    assert len(met) == 2
    run = transfer.StyleTransfer(content, style, vgg, levels=2)
    assert met[2:] == ["content", "style"]
    run.run(4, progress=False)
    assert len(met) == 4
    save_image(run.image, tmp_path / "result.png")
    assert len(met) == 5


# Synthetic pictures


def parts(picture, cells):
    """Which cells are textured, and which orange, read from the picture itself."""
    side = picture.shape[1] // cells
    board = picture[0].reshape(cells, side, cells, side, 3).transpose(0, 2, 1, 3, 4)
    textured = board.std(axis=3).mean(axis=(2, 3)) > 0.02
    mean = board.mean(axis=(2, 3))
    return textured, mean[..., 0] - mean[..., 2] > 0.2


@given(st.integers(0, 8), st.integers(0, 20))
def test_together_is_the_share_that_occurs_together(eighths, seed):
    textured, orange = parts(stripes_and_patches(eighths / 8, 128, 4, seed), 4)
    assert textured.sum() == orange.sum() == 8
    assert (textured & orange).sum() == eighths


def test_the_synthetic_picture_is_seeded():
    first, again, other = (stripes_and_patches(0.5, seed=seed) for seed in (3, 3, 4))
    check_form(first, 128, 128)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
