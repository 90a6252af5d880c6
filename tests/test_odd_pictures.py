"""Photos as phones make them, junk in their EXIF, and numbers of other depths."""

import base64
import io
import os
import re
import struct
import sys
import threading
import warnings
import zlib

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageFile, PngImagePlugin, TiffImagePlugin

from nst_helpers import load_image, save_image
from nst_helpers.figures import encode_figure, plot_images
from nst_helpers.images import MAX_PIXELS

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def photo(width=48, height=32):
    """Red, green / blue, white: no two rotations look alike."""
    array = np.zeros((height, width, 3), np.uint8)
    top, left = height // 2, width // 2
    array[:top, :left], array[:top, left:] = RED, GREEN
    array[top:, :left], array[top:, left:] = BLUE, WHITE
    return Image.fromarray(array)


def as_file(picture, kind="PNG", **options):
    stream = io.BytesIO()
    if kind == "HEIC":
        pillow_heif.from_pillow(picture).save(stream, quality=95, **options)
    else:
        picture.save(stream, kind, **options)
    return stream.getvalue()


def assert_upright(image):
    """It is the photo above, 48×32 as it was taken."""
    assert image.shape == (1, 32, 48, 3)
    seen = [image[0, i, j] * 255 for i, j in ((2, 2), (2, -3), (-3, 2), (-3, -3))]
    assert np.abs(np.array(seen) - [RED, GREEN, BLUE, WHITE]).max() < 30


# EXIF


def entry(tag, kind, count, value):
    return struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")[:4]


def exif(*entries):
    """EXIF's bytes, with whatever is in them."""
    head = b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries))
    return head + b"".join(sorted(entries)) + bytes(4)


TURNED = entry(0x0112, 3, 1, b"\6")
UNIT, UNIT_OF_MINUS_ONE = entry(0x0128, 3, 1, b"\2"), entry(0x0128, 8, 1, b"\xff\xff")
JUNK = {
    "a unit of -1": UNIT_OF_MINUS_ONE,
    "a long unit of -1": entry(0x0128, 9, 1, b"\xff\xff\xff\xff"),
    "a width as text": entry(0x0100, 2, 4, b"wide"),
    "a compression as text": entry(0x0103, 2, 4, b"jpeg"),
    "a resolution as text": entry(0x011A, 2, 4, b"72"),
    "a resolution elsewhere": entry(0x011A, 5, 1, b"\x0f\x27"),
    "a number as program": entry(0x0131, 11, 1, b"\xff\xff\xff\xff"),
    "more bits than there are": entry(0x0102, 3, 60_000, b"\1"),
    "an unknown type": entry(0x010F, 99, 1, b"abcd"),
    "a directory elsewhere": entry(0x8769, 4, 1, b"\0\0\0\x80"),
    "a directory as text": entry(0x8769, 2, 4, b"abcd"),
    "a short place": entry(0x8825, 3, 1, b"\1"),
    "no letters": entry(0x010E, 2, 4, b"\xff\xfe\xfd\xfc"),
    "an empty date": entry(0x0132, 2, 0, b""),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("junk", JUNK)
def test_a_photo_is_turned_by_the_orientation_alone(kind, junk):
    stored = photo().transpose(Image.Transpose.ROTATE_90)
    head = b"Exif\0\0" if kind == "JPEG" else b""
    data = as_file(stored, kind, exif=head + exif(TURNED, JUNK[junk]))
    assert_upright(load_image(data, None))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("order", ["II", "MM"])
@pytest.mark.parametrize("number", ["byte", "signed byte", "long", "two of them"])
def test_an_orientation_in_a_form_that_exif_forbids(kind, order, number):
    ending = "<" if order == "II" else ">"
    value = {"byte": (1, 1, "B"), "signed byte": (6, 1, "b"), "long": (4, 1, "I"),
             "two of them": (3, 2, "H")}[number]  # fmt: skip
    stored = photo().transpose(Image.Transpose.ROTATE_90)
    data = (b"Exif\0\0" if kind == "JPEG" else b"") + order.encode()
    data += struct.pack(f"{ending}HIHHHI", 42, 8, 1, 0x0112, *value[:2])
    data += struct.pack(ending + value[1] * value[2], *[6] * value[1]).ljust(4, b"\0") + bytes(4)
    assert_upright(load_image(as_file(stored, kind, exif=data), None))


UNREADABLE = {
    "cut off": exif(TURNED)[:14],
    "empty": b"",
    "noise": bytes(range(100)),
    "the other order of bytes": b"MM" + exif(TURNED)[2:],
    "an orientation as text": exif(entry(0x0112, 2, 2, b"6")),
    "an orientation of 0": exif(entry(0x0112, 3, 1, b"")),
    "an orientation of 9": exif(entry(0x0112, 3, 1, b"\x09")),
    "no number": exif(entry(0x0112, 11, 1, struct.pack("<f", np.nan))),
    "a fraction elsewhere": exif(entry(0x0112, 5, 1, b"\xff")),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("junk", UNREADABLE)
def test_a_photo_stays_as_it_is_where_exif_cannot_be_read(kind, junk):
    head = b"Exif\0\0" if kind == "JPEG" else b""
    assert_upright(load_image(as_file(photo(), kind, exif=head + UNREADABLE[junk]), None))


@pytest.mark.parametrize("profile", ["", "junk", "\nexif\n  20\nzzzz\n", "\nexif\n9999\nabcd\n"])
def test_junk_in_a_pngs_raw_profile(profile):
    note = PngImagePlugin.PngInfo()
    note.add_text("Raw profile type exif", profile)
    assert_upright(load_image(as_file(photo(), pnginfo=note), None))


@pytest.mark.parametrize(("tag", "kind", "value"), [(0x0128, 8, -1), (0x011A, 2, "72")])
def test_junk_in_a_tiff(tag, kind, value):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags.tagtype[tag], tags[tag], tags[0x0112] = kind, value, 6
    stored = photo().transpose(Image.Transpose.ROTATE_90)
    assert_upright(load_image(as_file(stored, "TIFF", tiffinfo=tags), None))


# What phones make

# An AVIF of the photo above, turned by 90°, with an orientation and a unit in its EXIF. (Pillow
# reads AVIF from 11.3 on, and pillow-heif before; neither can always write it.)
AVIF = base64.b64decode(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAE2bWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAA"
    "AAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAACxpbG9jAAAAAEQAAAIAAQAAAAEAAAGCAAAAYgACAAAAAQAAAV4A"
    "AAAkAAAAQWlpbmYAAAAAAAIAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAAABlpbmZlAgAAAAACAABFeGlmRXhp"
    "ZgAAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAHRpcHJwAAAAVGlwY28AAAAUaXNwZQAAAAAAAAAgAAAAMAAA"
    "ABBwaXhpAAAAAAMICAgAAAAMYXYxQ4EADAAAAAATY29scm5jbHgAAQANAAaAAAAACWlyb3QDAAAAGGlwbWEAAAAA"
    "AAAAAQABBQECgwSFAAAAjm1kYXQAAAAGRXhpZgAASUkqAAgAAAABACgBAwABAAAAAgAAAAAAAAASAAoJGBF/e0QE"
    "NBoQMlNEgf39qkAggg+QACDx9WvWVjc8OLO9GhJcC/9nhTLs4fNR34e92loRaKZ52c4eNXTiQETSv9SzSKouMepR"
    "8Cg8RLEZTP+DEh5Vla8mUcyyBo6jOA=="
)
UNDO = {  # what a camera stores for each of the eight ways to hold it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("turn", range(1, 9))
def test_heic_is_upright(turn):
    stored = photo().transpose(UNDO[turn]) if turn in UNDO else photo()
    data = as_file(stored, "HEIC", exif=exif(entry(0x0112, 3, 1, bytes([turn]))))
    assert_upright(load_image(data, None))


def test_avif_is_upright():
    assert_upright(load_image(AVIF, None))


@pytest.mark.parametrize("kind", ["AVIF", "HEIC"])
def test_junk_in_the_exif_of_new_formats(kind):
    data = AVIF
    if kind == "HEIC":
        stored = photo().transpose(Image.Transpose.ROTATE_90)
        data = as_file(stored, kind, exif=exif(TURNED, UNIT))
    assert data.count(UNIT) == 1
    assert_upright(load_image(data.replace(UNIT, UNIT_OF_MINUS_ONE), None))


@pytest.mark.parametrize("ending", ["heic", "HEIC", "avif", "jpg", "png", ""])
def test_what_a_photo_is_called_does_not_matter(tmp_path, ending):
    for data in (AVIF, as_file(photo(), "HEIC")):
        path = tmp_path / f"IMG_0001.{ending}"
        path.write_bytes(data)
        assert_upright(load_image(path, None))


def test_a_film_is_no_picture():
    data = b"\0\0\0\x18ftypmp42" + bytes(100)
    with pytest.raises(ValueError, match="is not a picture that can be read"):
        load_image(data)


def test_heic_without_its_library_is_told(monkeypatch):
    data = as_file(photo(), "HEIC")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(ValueError, match=r"is a HEIC picture.+pip install pillow-heif"):
        load_image(data)


@pytest.mark.parametrize("shape", [(9000, 12_000), (4000, 20_000)], ids=["108 MP", "panorama"])
def test_a_large_jpeg_is_read_at_a_fraction_of_its_size(shape):
    """A grey one here, to be made quickly: left half black, right half white."""
    picture = Image.new("L", shape[::-1])
    picture.paste(255, (shape[1] // 2, 0, *shape[::-1]))
    data = as_file(picture, "JPEG")
    assert picture.size[0] * picture.size[1] > MAX_PIXELS
    image = load_image(data, 256)
    assert image.shape == (1, round(256 * shape[0] / shape[1]), 256, 3)
    np.testing.assert_allclose(image[0, 1:-1, 5:120], 0, atol=0.01)
    np.testing.assert_allclose(image[0, 1:-1, 136:250], 1, atol=0.01)
    with pytest.raises(ValueError, match=r"At most 64 million pixels: .+ or give a size such as"):
        load_image(data, None)


def test_pillows_own_settings_stay_and_do_not_matter(monkeypatch):
    data = as_file(photo())
    for limit in (10, None):
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert_upright(load_image(data, None))
            with pytest.raises(ValueError, match="damaged"):
                load_image(data[: len(data) // 2])
            figure = plot_images([load_image(data, None)], ["a photo"])
            assert encode_figure(figure)[0] in ("image/png", "image/jpeg")
            assert warnings.filters[0][0] == "error"
        assert limit == Image.MAX_IMAGE_PIXELS
        assert ImageFile.LOAD_TRUNCATED_IMAGES is True
        with pytest.raises(ValueError, match=r"has 9000×9000 pixels\. At most 64 million"):
            load_image(Image.new("1", (9000, 9000)))


def test_threads_that_read_at_once_leave_pillows_settings():
    before, data, seen = Image.MAX_IMAGE_PIXELS, as_file(photo()), []
    threads = [
        threading.Thread(target=lambda: seen.extend(load_image(data, None).shape for _ in "12345"))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [(1, 32, 48, 3)] * 40
    assert before == Image.MAX_IMAGE_PIXELS


# Numbers of other depths


def ramp(most, kind):
    return np.linspace(0, most, 30).round().astype(kind).reshape(5, 6)


def as_tiff(numbers):
    return as_file(Image.fromarray(numbers), "TIFF")


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
@pytest.mark.parametrize("source", ["uint16 array", "16-bit TIFF", "16-bit PNG", "32-bit TIFF"])
def test_few_bits_in_many_are_scaled_with_a_word(bits, source, capsys):
    most = 2**bits - 1
    numbers = ramp(most, np.int32 if "32" in source else np.uint16)
    if source == "uint16 array":
        given = numbers
    else:
        given = as_tiff(numbers) if "TIFF" in source else as_file(Image.fromarray(numbers))
    image = load_image(given, None)
    np.testing.assert_allclose(image[0, :, :, 0], numbers / most, atol=1e-6)
    said = capsys.readouterr().out
    assert f"holds numbers up to {most}: {most} ({bits} bits) is taken as white." in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("alpha", [4095, 65_535])
def test_few_bits_beside_an_alpha_of_as_many_or_more(alpha, capsys):
    numbers = np.stack([ramp(4095, np.uint16)] * 3 + [np.full((5, 6), alpha, np.uint16)], axis=-1)
    np.testing.assert_allclose(load_image(numbers, None)[0], numbers[..., :3] / 4095, atol=1e-6)
    assert "4095 (12 bits) is taken as white" in capsys.readouterr().out


def test_either_order_of_bytes():
    numbers = ramp(65_535, np.uint16)
    swapped = load_image(numbers.astype(">u2"), None)
    np.testing.assert_array_equal(swapped, load_image(numbers.astype("<u2"), None))


@pytest.mark.parametrize("size", [None, 4])
def test_the_depth_is_that_of_the_whole_picture(size, capsys):
    """The one pixel of 12 bits is still there when the picture is made smaller."""
    numbers = np.full((32, 32), 200, np.uint16)
    numbers[5, 5] = 4000
    for given in (as_tiff(numbers), numbers):
        load_image(given, size)
        assert "4095 (12 bits)" in capsys.readouterr().out


@pytest.mark.parametrize("most", [0, 20_000, 65_535])
def test_sixteen_bits_are_read_without_a_word(most, capsys):
    numbers = ramp(most, np.uint16)
    for given in (numbers, as_tiff(numbers), as_file(Image.fromarray(numbers))):
        image = load_image(given, None)
        np.testing.assert_allclose(image[0, :, :, 0], numbers / 65_535, atol=1e-6)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("most", [1.0, 255.0, 4095.0, 65_535.0])
def test_floats_in_a_tiff(most):
    numbers = ramp(1e6, np.float32) / np.float32(1e6) * np.float32(most)
    image = load_image(as_tiff(numbers), None)
    np.testing.assert_allclose(image[0, :, :, 0], numbers / most, atol=1e-6)


TOO_MUCH = {
    "32 bits": (ramp(2_000_000, np.int32), "ranges from 0 to 2e+06, expected [0, 1]"),
    "negative": (ramp(300, np.int32) - 100, "ranges from -100 to 200, expected [0, 1]"),
    "floats": (ramp(2_000_000, np.float32), "ranges from 0 to 2e+06, expected [0, 1]"),
    "negative floats": (ramp(9, np.float32) - 5, "ranges from -5 to 4, expected [0, 1]"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_no_depth_holds_is_refused_with_its_own_numbers(name):
    numbers, message = TOO_MUCH[name]
    with pytest.raises(ValueError, match=re.escape(message)):
        load_image(as_tiff(numbers), None)


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.uint8, np.int16, np.uint32])
def test_whole_numbers_in_an_array(kind):
    numbers = ramp(255, kind)
    if kind == np.uint8:
        np.testing.assert_allclose(load_image(numbers, None)[0, :, :, 0], numbers / 255, rtol=1e-6)
        return
    with pytest.raises(TypeError, match=r"holds \w+; expected uint8.+ go from 0 to 255: divide by"):
        load_image(numbers)


def colours_of_16_bits(most, opaque=True):
    """A PNG of 16 bits a channel, which Pillow can read and not write."""

    def chunk(kind, content):
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    numbers = np.linspace(0, most, 5 * 6 * 3).reshape(5, 6, 3)
    if not opaque:
        numbers = np.append(numbers, np.full((5, 6, 1), 65_535), axis=2)
    rows = b"".join(b"\0" + row.tobytes() for row in numbers.astype(">u2"))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 6, 5, 16, 2 if opaque else 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("opaque", [True, False])
def test_colours_of_sixteen_bits(opaque, capsys):
    image = load_image(colours_of_16_bits(65_535, opaque), None)
    np.testing.assert_allclose(image.ravel(), np.linspace(0, 1, 90), atol=1 / 255)
    with pytest.raises(ValueError, match="uses few of them, up to about 4095: it would be nearly"):
        load_image(colours_of_16_bits(4095, opaque), None)
    dark = load_image(colours_of_16_bits(20_000, opaque), None)
    np.testing.assert_allclose(dark.max(), 20_000 / 65_535, atol=1 / 255)
    assert load_image(colours_of_16_bits(0, opaque), None).max() == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("opaque", [True, False])
def test_colours_of_fourteen_bits_are_scaled_with_a_word(opaque, capsys):
    image = load_image(colours_of_16_bits(16_383, opaque), None)
    np.testing.assert_allclose(image.ravel(), np.linspace(0, 1, 90), atol=1 / 63)
    said = capsys.readouterr().out
    assert "holds numbers up to 16383: 16383 (14 bits) is taken as white." in said


# Folders


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_a_file_gets_the_rights_that_the_reader_has_chosen(tmp_path, picture, monkeypatch):
    before = os.umask(0o027)
    try:
        path = save_image(picture, tmp_path / "result.png")
        assert path.stat().st_mode & 0o777 == 0o640
        path.chmod(0o604)
        save_image(picture, path)
        assert path.stat().st_mode & 0o777 == 0o604
    finally:
        os.umask(before)


@pytest.mark.parametrize("existing", [False, True])
def test_a_folder_where_rights_cannot_be_changed(tmp_path, picture, monkeypatch, existing):
    path = tmp_path / "result.png"
    if existing:
        save_image(picture * 0, path)

    def refuse(*args, **options):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    assert save_image(picture, path) == path
    assert np.abs(load_image(path, None) - picture).max() < 0.01
    assert [file.name for file in tmp_path.iterdir()] == ["result.png"]
