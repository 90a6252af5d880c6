"""Pictures in and out: every picture in the series is (1, H, W, 3), RGB, [0, 1], float32."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import math
import os
import struct
from pathlib import Path
from typing import IO

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin, UnidentifiedImageError

from nst_helpers.files import file_to_write, opened, write_whole
from nst_helpers.languages import _
from nst_helpers.refusals import whole_number
from nst_helpers.session.quiet_pillow import quiet_pillow
from nst_helpers.session.standard_out import say

MAX_PIXELS = 64_000_000
MAX_JPEG_PIXELS = 256_000_000  # a JPEG can be decoded at an eighth of its size
MIN_SIDE = 2
MAX_SIDE = 8192
AVIF = ("AVIF",) if importlib.util.find_spec("PIL.AvifImagePlugin") else ()  # from Pillow 11.3 on
READABLE = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM", *AVIF)  # and HEIC
HEIC = tuple(b"ftyp" + brand for brand in b"heic heix heim heis hevc mif1 msf1 avif avis".split())
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
DEPTHS = (1, 8, 10, 12, 14, 16)  # bits of a number in a picture
UPRIGHT = {  # what undoes each way to hold a camera, by EXIF's number for it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# One form


def as_image(image: np.ndarray, name: str = "image") -> np.ndarray:
    """Return the picture as a float32 array, or say what is wrong with it.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1].
    name : str
        What the message calls it.

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3).

    Raises
    ------
    TypeError
        Not an array of numbers.
    ValueError
        Another shape, values outside [0, 1], or NaN.
    """
    try:
        array = np.asarray(image)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"it holds {array.dtype}")
        array = np.asarray(array, np.float32)
    except Exception as error:  # other libraries' arrays refuse in their own ways
        raise TypeError(
            f"{name} must be an array of numbers (1, H, W, 3), not {type(image).__name__}. "
            "Read a file with load_image(path)."
        ) from error
    if array.ndim != 4 or array.shape[0] != 1 or array.shape[3] != 3:
        raise ValueError(
            f"{name} has shape {array.shape}, expected (1, H, W, 3). "
            "load_image() makes that form from any picture."
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty: shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinite values; expected numbers in [0, 1].")
    if array.min() < -1e-3 or array.max() > 1 + 1e-3:
        raise ValueError(
            f"{name} ranges from {array.min():.3g} to {array.max():.3g}, expected [0, 1]. "
            "Divide 8-bit values by 255; the network's preprocessing is done inside."
        )
    return array


def resize_image(image: np.ndarray, size: int | tuple[int, int]) -> np.ndarray:
    """Resize a picture with Lanczos filtering.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1].
    size : int or (int, int)
        The longer side in pixels, aspect kept, or (height, width).

    Returns
    -------
    numpy.ndarray
        float32, (1, H', W', 3), in [0, 1].

    Raises
    ------
    ValueError
        Not a picture of that form, or a side would be under 2 pixels.
    """
    image = as_image(image)
    if not isinstance(size, tuple):
        return resized(image, _scaled(image.shape[1], image.shape[2], _side(size)))
    if len(size) != 2:
        raise ValueError(f"size is {size}, expected one number or (height, width).")
    return resized(image, (_side(size[0]), _side(size[1])))


def resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize what is known to be a picture: ``resize_image`` without its checks.

    Parameters
    ----------
    image : array (1, H, W, 3)
        float32, RGB in [0, 1].
    size : (int, int)
        Height and width.

    Returns
    -------
    numpy.ndarray
        float32, (1, height, width, 3), in [0, 1].
    """
    if size == image.shape[1:3]:
        return image.copy()
    channels = [
        Image.fromarray(image[0, :, :, c]).resize(size[::-1], Image.Resampling.LANCZOS)
        for c in range(3)
    ]
    return np.clip(np.stack(channels, axis=-1, dtype=np.float32), 0, 1)[None]


def _side(size: int) -> int:
    return whole_number(size, "size", MIN_SIDE, MAX_SIDE, "pixels")


def _scaled(height: int, width: int, longest: int) -> tuple[int, int]:
    """Return the height and width at which the longer side has that length."""
    scale = longest / max(height, width)
    size = round(height * scale), round(width * scale)
    if min(size) < MIN_SIDE:
        raise ValueError(_too_thin(height, width, f", which would become {size[1]}×{size[0]}"))
    return size


def _too_thin(height: int, width: int, becomes: str = "") -> str:
    return (
        f"The picture is {width}×{height} pixels{becomes}; each side needs at least {MIN_SIDE}. "
        "Crop it, or take a larger one."
    )


# In


def load_image(
    source: str | Path | bytes | Image.Image | np.ndarray, size: int | None = 256
) -> np.ndarray:
    """Read a picture and bring it into the one form that the series uses.

    EXIF rotation is applied, transparency is laid on white, greyscale is widened to three
    channels, 16-bit depth is scaled to [0, 1], and of an animation the first frame is taken.
    Where 16 bits hold fewer (a camera's 12, say), these are scaled, and a printed word says so.

    Parameters
    ----------
    source : path, bytes, PIL image or array
        A file (PNG, JPEG, WebP, HEIC, AVIF, GIF, TIFF, BMP, PPM), the content of a file, an open
        picture, or an array of shape (H, W), (H, W, 1), (H, W, 3), (H, W, 4) or (1, H, W, 3):
        integers in 0..255 (uint8) or 0..65535 (uint16), or floats in [0, 1].
    size : int or None
        Length of the longer side in pixels, the aspect is kept; None keeps the picture's own.

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3), RGB in [0, 1].

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        There is no such file (it may be an address), or it is a folder.
    TypeError
        The source is of another kind.
    ValueError
        Not a picture, damaged, too large, too thin, or numbers out of range.
    """
    if size is not None:
        size = _side(size)
    with quiet_pillow():
        if isinstance(source, np.ndarray):
            image = _from_array(source, "the array")
        elif isinstance(source, Image.Image):
            image = _from_pil(source, "the PIL image", size)
        elif isinstance(source, bytes | bytearray | memoryview):
            image = _decode(io.BytesIO(source), f"the {len(source)} bytes given", size)
        elif isinstance(source, str | os.PathLike):
            with opened(source, "picture") as stream:
                image = _decode(stream, f"'{Path(stream.name).name}'", size)
        else:
            raise TypeError(
                f"A picture cannot be read from {type(source).__name__}. "
                "Give a path, bytes, a PIL image or a NumPy array."
            )
    height, width = image.shape[1:3]
    if min(height, width) < MIN_SIDE:
        raise ValueError(_too_thin(height, width))
    return image if size is None else resized(image, _scaled(height, width, size))


def _decode(stream: IO[bytes], name: str, size: int | None) -> np.ndarray:
    with _opened(stream, name) as picture:
        pixels = math.prod(picture.size)
        if size and picture.format in ("JPEG", "MPO") and pixels <= MAX_JPEG_PIXELS:
            # Decoded at a fraction of its size: far faster for camera photos.
            longest = max(picture.size) if pixels > MAX_PIXELS else min(picture.size)
            picture.draft(None, [max(1, 2 * size * side // longest) for side in picture.size])
        return _from_pil(picture, name, size)


def _opened(stream: IO[bytes], name: str) -> Image.Image:
    try:
        return Image.open(stream, formats=READABLE)
    except UnidentifiedImageError as error:
        stream.seek(0)
        if stream.read(12)[4:] in HEIC:
            stream.seek(0)
            return _opened_heic(stream.read(), name)
        raise ValueError(
            f"{name} is not a picture that can be read. Use a PNG, JPEG or WebP file."
        ) from error
    except Exception as error:  # Pillow's readers raise many kinds on damaged files
        raise ValueError(_damaged(name, error)) from error


def _opened_heic(data: bytes, name: str) -> Image.Image:
    """Open HEIC, which Pillow cannot read, or AVIF whose EXIF it cannot read."""
    try:
        import pillow_heif  # a third of a second, for those who need it

        without_exif = io.BytesIO(data.replace(b"Exif", b"Junk"))
        with contextlib.suppress(UnidentifiedImageError):
            return Image.open(without_exif, formats=AVIF)
        return pillow_heif.HeifImageFile(io.BytesIO(data))
    except ImportError as error:
        raise ValueError(
            f"{name} is a HEIC picture, and pillow-heif is not installed. Run "
            "`pip install pillow-heif`, or export the picture as JPEG."
        ) from error
    except Exception as error:
        raise ValueError(_damaged(name, error)) from error


def _damaged(name: str, error: Exception) -> str:
    return (
        f"{name} is damaged, cut off, or of a rare kind ({type(error).__name__}). "
        "Download it again, or save it as PNG."
    )


def _from_pil(picture: Image.Image, name: str, size: int | None) -> np.ndarray:
    width, height = picture.size
    if width * height > MAX_PIXELS:  # refused before it is read, which would take long
        smaller = "" if size or picture.format != "JPEG" else " or give a size such as 1024"
        raise ValueError(
            f"{name} has {width}×{height} pixels. At most {MAX_PIXELS // 1_000_000} million "
            f"pixels: make it smaller first{smaller}."
        )
    if size:
        _scaled(height, width, size)
    colours_of_16_bits = any(";16" in str(tile[3]) for tile in getattr(picture, "tile", ()))
    picture = _loaded(picture, name)
    if colours_of_16_bits and picture.mode[0] != "I":
        picture = _stretched(picture, name)
    try:
        if picture.mode[0] in "IF":  # 16 or 32 bits, in Pillow's several ways to hold them
            picture = picture if picture.mode == "F" else picture.convert("I")
            extrema = picture.getextrema()
            numbers = np.asarray(_reduced(picture, size), np.float32)
        else:
            numbers = np.asarray(_on_white(picture, size))
    except Exception as error:  # Pillow's decoders raise many kinds on damaged files
        raise ValueError(_damaged(name, error)) from error
    if picture.mode in "IF":
        numbers = numbers / np.float32(_white(extrema[0], extrema[1], name))
    return _from_array(numbers, name)


def _loaded(picture: Image.Image, name: str) -> Image.Image:
    try:
        picture.load()
        return _upright(picture)
    except Exception as error:
        raise ValueError(_damaged(name, error)) from error


def _stretched(picture: Image.Image, name: str) -> Image.Image:
    """Scale colours that use 14 of their 16 bits: of each, Pillow gives the upper 8."""
    bands = picture.getbands()
    ends = [ends for band, ends in zip(bands, picture.getextrema()) if band != "A"]
    brightest = max(high for _, high in ends)
    most = 256 * brightest + 255
    if 0 < brightest < 16:
        raise ValueError(
            f"{name} has colours of 16 bits and uses few of them, up to about {most}: it would "
            "be nearly black. Scale it, or save it with 8 bits."
        )
    white = _white(0, most, name) // 256 if brightest else 255
    table = [min(255, round(255 * value / white)) for value in range(256)]
    return picture.point([n for band in bands for n in (range(256) if band == "A" else table)])


def _upright(picture: Image.Image) -> Image.Image:
    """Turn the picture by EXIF's orientation alone, and not at all where EXIF is unreadable."""
    turn = None
    with contextlib.suppress(Exception):  # cameras and programs write all kinds of junk there
        number = picture.getexif().get(ExifTags.Base.Orientation)
        number = number[0] if isinstance(number, bytes) else number  # of a type that EXIF forbids
        turn = UPRIGHT.get(number or _orientation(picture.info.get("exif", b"")))
    return picture if turn is None else picture.transpose(turn)


def _orientation(exif: bytes) -> int:
    # Pillow before version 12 gives all entries up where one of them points beyond the end.
    tiff = exif.removeprefix(b"Exif\0\0")
    order = "<" if tiff.startswith(b"II") else ">"
    (place,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, place)
    for at in range(place + 2, place + 2 + 12 * count, 12):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, at)
        if tag == ExifTags.Base.Orientation:
            return value
    return 0


def _reduced(picture: Image.Image, size: int | None) -> Image.Image:
    # Means of whole blocks, in 8 bits: 64 million floats would take seconds and gigabytes.
    factor = max(picture.size) // (2 * size) if size else 1
    return picture.reduce(factor) if factor > 1 else picture


def _on_white(picture: Image.Image, size: int | None) -> Image.Image:
    if not picture.has_transparency_data:
        return _reduced(picture.convert("RGB"), size)
    picture = _reduced(picture.convert("RGBA"), size)
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _white(low: float, high: float, name: str) -> int:
    """Return the number that is white: the largest of the fewest bits that hold all numbers."""
    bits = next((bits for bits in DEPTHS if high < 2**bits), None)
    if bits is None or low < 0:
        return 1  # refused later, by its own numbers
    if 1 < bits < 16:
        told = _("{name} holds numbers up to {high:g}: {white} ({bits} bits) is taken as white.")
        say(told.format(name=name, high=high, white=2**bits - 1, bits=bits))
    return 2**bits - 1


def _from_array(array: np.ndarray, name: str) -> np.ndarray:
    given, kind = array.shape, array.dtype
    if kind == np.uint8:
        array = array / np.float32(255)
    elif kind.kind == "u" and kind.itemsize == 2:  # in either order of bytes
        array = _from_16_bits(array, name)
    elif kind.kind != "f":
        message = f"{name} holds {kind}; expected uint8, uint16, or floats in [0, 1]."
        if kind.kind in "iu" and array.size:
            ends = f"from {array.min()} to {array.max()}"
            message += f" Its numbers go {ends}: divide by the one that is white."
        raise TypeError(message)
    if array.ndim == 4 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4):
        raise ValueError(
            f"{name} has shape {given}; expected (H, W), (H, W, 1), (H, W, 3), (H, W, 4) "
            "or (1, H, W, 3)."
        )
    if array.shape[2] == 1:
        array = np.repeat(array, 3, axis=2)
    if array.shape[2] == 4:
        alpha = array[:, :, 3:]
        array = array[:, :, :3] * alpha + (1 - alpha)
    return as_image(array[None].astype(np.float32), name)


def _from_16_bits(array: np.ndarray, name: str) -> np.ndarray:
    """Divide by what is white among the colours; alpha may use more bits than they do."""
    if array.ndim < 3 or array.shape[-1] != 4:
        return array / np.float32(_white(0, array.max(initial=0), name))
    colours, alpha = array[..., :3], array[..., 3:]
    white = _white(0, colours.max(initial=0), name)
    opaque = white if alpha.max(initial=0) <= white else 65_535
    return np.concatenate([colours / np.float32(white), alpha / np.float32(opaque)], axis=-1)


# Out


def to_pil(image: np.ndarray) -> Image.Image:
    """Return what is known to be a picture as an 8-bit PIL image.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1].

    Returns
    -------
    PIL.Image.Image
        Mode RGB.
    """
    return Image.fromarray(np.uint8(np.rint(np.clip(image[0], 0, 1) * 255)))


def encode_png(image: np.ndarray, settings: dict | None = None) -> bytes:
    """Return what is known to be a picture as a PNG file, with the settings that made it inside.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1].
    settings : dict, optional
        Written as JSON into the PNG's text field "nst settings".

    Returns
    -------
    bytes
        The content of a PNG file.

    Raises
    ------
    TypeError
        The settings are no dictionary, or hold what JSON cannot.
    """
    note = PngImagePlugin.PngInfo()
    if settings is not None:
        if not isinstance(settings, dict):
            raise TypeError(f"settings is {type(settings).__name__}, expected a dictionary.")
        try:
            text = json.dumps(settings)
        except (TypeError, ValueError, RecursionError) as error:
            raise TypeError(f"settings can hold numbers and texts only: {error}.") from error
        note.add_text("nst settings", text)
    stream = io.BytesIO()
    to_pil(image).save(stream, "PNG", pnginfo=note)
    return stream.getvalue()


def save_image(image: np.ndarray, path: str | Path) -> Path:
    """Write the picture to a file, whole or not at all.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1].
    path : str or Path
        Ends in .png, .jpg, .jpeg or .webp. An existing file is replaced.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    ValueError
        Not a picture of that form, or an unknown ending.
    FileNotFoundError
        The folder does not exist.
    OSError
        The disk is full, or nothing may be written there.
    """
    path = file_to_write(path, FORMATS)
    stream = io.BytesIO()
    to_pil(as_image(image)).save(stream, FORMATS[path.suffix.lower()], quality=95)
    write_whole(stream.getvalue(), path)
    return path
