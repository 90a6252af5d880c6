"""Damaged, mislabelled and exotic picture files: a valid picture, or a sentence of ours.

Seeded, so that a file that ever broke the loader breaks it again.
"""

import io
import time
import warnings

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from nst_helpers import load_image

CUTS, FLIPS, SPLICES = 30, 60, 15  # cases for each of the files below
SLOWEST = 60  # seconds of computing, which nothing comes near unless it hangs


def base_pictures():
    """A picture with some structure, in the modes that the formats know."""
    rng = np.random.default_rng(0)
    rgb = Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8)).resize((48, 36))
    return {
        "RGB": rgb,
        "RGBA": Image.merge("RGBA", [*rgb.split(), rgb.convert("L")]),
        "L": rgb.convert("L"),
        "P": rgb.quantize(16),
        "1": rgb.convert("1"),
        "CMYK": rgb.convert("CMYK"),
        "I;16": Image.fromarray(rng.integers(0, 65536, (36, 48), np.uint16)),
        "F": Image.fromarray(rng.random((36, 48), dtype=np.float32)),
    }


def files():
    """{name: the content of a valid file}."""
    pictures = base_pictures()
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    kinds = {
        "rgb.png": ("RGB", "PNG", {"exif": exif}),
        "alpha.png": ("RGBA", "PNG", {}),
        "palette.png": ("P", "PNG", {"transparency": 3}),
        "deep.png": ("I;16", "PNG", {}),
        "photo.jpg": ("RGB", "JPEG", {"exif": exif}),
        "progressive.jpg": ("RGB", "JPEG", {"progressive": True}),
        "print.jpg": ("CMYK", "JPEG", {}),
        "photo.webp": ("RGB", "WEBP", {"exif": exif}),
        "alpha.webp": ("RGBA", "WEBP", {"lossless": True}),
        "moving.gif": ("P", "GIF", {"save_all": True, "append_images": [pictures["P"].rotate(90)]}),
        "plain.tif": ("RGB", "TIFF", {}),
        "packed.tif": ("RGB", "TIFF", {"compression": "tiff_deflate"}),
        "fax.tif": ("1", "TIFF", {"compression": "group4"}),
        "float.tif": ("F", "TIFF", {}),
        "plain.bmp": ("RGB", "BMP", {}),
        "palette.bmp": ("P", "BMP", {}),
        "plain.ppm": ("RGB", "PPM", {}),
    }
    for name, (mode, kind, options) in kinds.items():
        stream = io.BytesIO()
        pictures[mode].save(stream, kind, **options)
        yield name, stream.getvalue()
    stream = io.BytesIO()
    pillow_heif.from_pillow(pictures["RGB"]).save(stream, exif=exif.tobytes())
    yield "photo.heic", stream.getvalue()


FILES = dict(files())
SEED = {name: n for n, name in enumerate(FILES)}


def outcome(source, size=24):
    """Return the picture, or the sentence with which it was refused."""
    begin = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no stray warning in a notebook either
        try:
            image = load_image(source, size)
        except (ValueError, TypeError) as error:
            image = str(error)
    assert time.process_time() - begin < SLOWEST
    if isinstance(image, str):
        assert len(image) > 30
        assert image.endswith((".", "]."))
        assert "0x" not in image  # no object's address
        return image
    assert image.dtype == np.float32
    assert image.ndim == 4
    assert image.shape[0] == 1
    assert image.shape[3] == 3
    assert np.isfinite(image).all()
    assert 0 <= image.min() <= image.max() <= 1
    return image


@pytest.mark.parametrize("name", FILES)
def test_the_whole_file_loads(name):
    assert isinstance(outcome(FILES[name]), np.ndarray)


@pytest.mark.parametrize("name", FILES)
def test_files_cut_off(name):
    data = FILES[name]
    outcomes = [outcome(data[: int(n)]) for n in np.linspace(0, len(data) - 1, CUTS)]
    refused = [text for text in outcomes if isinstance(text, str)]
    assert len(refused) >= CUTS // 3
    assert all(
        "is not a picture" in text or "cut off" in text or "pixels" in text for text in refused
    )


@pytest.mark.parametrize("name", FILES)
def test_files_with_flipped_bits(name):
    rng = np.random.default_rng(SEED[name])
    data = FILES[name]
    # Half of the damage in the first bytes, where headers are.
    ends = np.where(np.arange(FLIPS) % 2, len(data), min(64, len(data)))
    for end in ends:
        broken = bytearray(data)
        for place in rng.integers(0, end, rng.integers(1, 4)):
            broken[place] ^= 1 << int(rng.integers(8))
        outcome(bytes(broken))


@pytest.mark.parametrize("name", FILES)
def test_files_with_parts_of_others_or_noise_in_them(name):
    rng = np.random.default_rng(100 + SEED[name])
    data, others = FILES[name], list(FILES.values())
    for n in range(SPLICES):
        cut = int(rng.integers(1, len(data)))
        other = others[int(rng.integers(len(others)))] if n % 2 else rng.bytes(200)
        outcome(data[:cut] + other)
        outcome(data[:cut] + other + data[cut:])


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "txt", "eps", ""])
def test_a_wrong_ending_does_not_matter(tmp_path, ending):
    for name, data in FILES.items():
        path = tmp_path / f"{name.partition('.')[0]}.{ending}"
        path.write_bytes(data)
        np.testing.assert_array_equal(outcome(path), outcome(data))


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_picture(seed):
    rng = np.random.default_rng(seed)
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"II*\0", b"BM"):
        found = outcome(start + rng.bytes(int(rng.integers(0, 400))))
        assert isinstance(found, str) or start == b"GIF89a"


MODES = ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "LA", "PA", "RGBX"]
MODES += ["RGBa", "La", "LAB", "I;16", "I;16L", "I;16B", "I;16N"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (2, 2), (33, 47)])
def test_exotic_modes(mode, size):
    found = outcome(Image.new(mode, size), None)
    if min(size) < 2:
        assert isinstance(found, str)
    elif mode not in ("La", "LAB"):
        assert found.shape == (1, size[1], size[0], 3)


def test_postscript_is_never_run(tmp_path):
    """Pillow would hand it to Ghostscript."""
    program = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 20 20\n%%EndComments\nshowpage\n"
    assert "is not a picture that can be read" in outcome(program)
    path = tmp_path / "harmless.jpg"
    path.write_bytes(program)
    assert "'harmless.jpg' is not a picture" in outcome(path)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "BMP", "WEBP"])
def test_headers_that_claim_a_giant(kind):
    """The size fields of each format set to the largest number that they hold."""
    stream = io.BytesIO()
    base_pictures()["RGB"].save(stream, kind)
    data = bytearray(stream.getvalue())
    giant = {"GIF": (6, 4), "BMP": (18, 8), "WEBP": (26, 4), "TIFF": (4, 4)}[kind]
    if kind == "TIFF":
        # Width and height are entries of the directory at the end of the file.
        directory = int.from_bytes(data[4:8], "little")
        for entry in range(directory + 2, directory + 2 + 24, 12):
            data[entry + 8 : entry + 12] = (60_000).to_bytes(4, "little")
    else:
        start, length = giant
        data[start : start + length] = b"\xff\x7f" * (length // 2)
    found = outcome(bytes(data), None)
    assert isinstance(found, str), found.shape


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_the_largest_picture_that_is_read(mode):
    """Just under 64 million pixels, as a camera's or a scanner's file may have."""
    small = base_pictures()[mode]
    stream = io.BytesIO()
    small.resize((8000, 7990), Image.Resampling.NEAREST).save(stream, "PNG", compress_level=1)
    found = outcome(stream.getvalue(), 48)
    expected = outcome(small.resize((480, 480), Image.Resampling.NEAREST), 48)
    assert found.shape == expected.shape
    assert np.abs(found - expected).mean() < 0.02


def test_a_long_thin_giant_is_refused_before_it_is_read():
    stream = io.BytesIO()
    Image.new("1", (1_000_000, 60)).save(stream, "PNG")
    found = outcome(stream.getvalue(), 256)
    assert found.startswith("The picture is 1000000×60 pixels, which would become 256×0")


def test_there_are_enough_cases():
    assert len(FILES) * (CUTS + FLIPS + 2 * SPLICES) > 1500
