"""Pictures in and out: every picture in the series is (1, H, W, 3), RGB, [0, 1], float32."""

from __future__ import annotations

import io
import json
import os
import tempfile
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from nst_helpers.refusals import whole_number

MAX_PIXELS = 64_000_000
MIN_SIDE = 2
MAX_SIDE = 8192
READABLE = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM")
FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def load_image(
    source: str | Path | bytes | Image.Image | np.ndarray, size: int | None = 256
) -> np.ndarray:
    """Read a picture and bring it into the one form that the series uses.

    EXIF rotation is applied, transparency is laid on white, greyscale is widened to three
    channels, 16-bit depth is scaled to [0, 1], and of an animation the first frame is taken.

    Parameters
    ----------
    source : path, bytes, PIL image or array
        A file, the content of a file, an open picture, or an array of shape (H, W), (H, W, 1),
        (H, W, 3), (H, W, 4) or (1, H, W, 3): integers in 0..255 (uint8) or 0..65535 (uint16),
        or floats in [0, 1].
    size : int or None
        Length of the longer side in pixels, the aspect is kept; None keeps the picture's own.

    Returns
    -------
    numpy.ndarray
        float32, (1, H, W, 3), RGB in [0, 1].

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        There is no such file, or it is a folder.
    TypeError
        The source is of another kind.
    ValueError
        Not a picture, damaged, too large, too thin, or numbers out of range.
    """
    if size is not None:
        size = _side(size)
    if isinstance(source, np.ndarray):
        image = _from_array(source, "the array")
    elif isinstance(source, Image.Image):
        image = _from_pil(source, "the PIL image", size)
    elif isinstance(source, bytes | bytearray | memoryview):
        image = _decode(io.BytesIO(source), f"the {len(source)} bytes given", size)
    elif isinstance(source, str | os.PathLike):
        image = _from_file(_as_path(source), size)
    else:
        raise TypeError(
            f"A picture cannot be read from {type(source).__name__}. "
            "Give a path, bytes, a PIL image or a NumPy array."
        )
    if min(image.shape[1:3]) < MIN_SIDE:
        raise ValueError(_too_thin(image.shape[2], image.shape[1]))
    return image if size is None else resize_image(image, size)


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
    image = check_image(image)
    height, width = image.shape[1:3]
    if isinstance(size, tuple):
        if len(size) != 2:
            raise ValueError(f"size is {size}, expected one number or (height, width).")
        size = (_side(size[0]), _side(size[1]))
    else:
        size = _scaled(height, width, _side(size))
    if min(size) < MIN_SIDE:
        raise ValueError(_too_thin(width, height, size))
    if size == (height, width):
        return image.copy()
    channels = [
        Image.fromarray(image[0, :, :, c]).resize(size[::-1], Image.Resampling.LANCZOS)
        for c in range(3)
    ]
    return np.clip(np.stack(channels, axis=-1, dtype=np.float32), 0, 1)[None]


def check_image(image: np.ndarray, name: str = "image") -> np.ndarray:
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


def encode_png(image: np.ndarray, settings: dict | None = None) -> bytes:
    """Return the picture as a PNG file, with the settings that made it as text inside.

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
    ValueError
        Not a picture of that form.
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
    path = _as_path(path)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(
            f"Cannot tell the format of '{path.name}'. End the name in {', '.join(FORMATS)}."
        )
    if os.path.isdir(path):
        raise IsADirectoryError(f"'{path}' is a folder. Give the name of a file in it.")
    if not os.path.isdir(path.parent):
        raise FileNotFoundError(f"The folder '{path.parent}' does not exist. Make it first.")
    picture = to_pil(image)
    try:
        _write_whole(picture, path)
    except (OSError, ValueError) as error:  # ValueError: a name that no disk can hold
        kind = type(error) if isinstance(error, PermissionError) else OSError
        raise kind(
            f"'{path.name[:80]}' cannot be written to '{path.parent}' ({type(error).__name__}: "
            f"{getattr(error, 'strerror', None) or error}). Choose another name or folder."
        ) from error
    return path


def _write_whole(picture: Image.Image, path: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            picture.save(part, FORMATS[path.suffix.lower()], quality=95)
            part.close()
            os.chmod(part.name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
            os.replace(part.name, path)
        except BaseException:
            part.close()
            os.unlink(part.name)
            raise


def _as_path(path: str | os.PathLike) -> Path:
    try:
        return Path(path)
    except TypeError as error:
        raise TypeError(
            f"path is {path!r}, expected the name of a file such as 'result.png'."
        ) from error


def to_pil(image: np.ndarray) -> Image.Image:
    """Return the picture as an 8-bit PIL image.

    Parameters
    ----------
    image : array (1, H, W, 3)
        RGB in [0, 1].

    Returns
    -------
    PIL.Image.Image
        Mode RGB.

    Raises
    ------
    ValueError
        Not a picture of that form.
    """
    return Image.fromarray(np.uint8(np.rint(np.clip(check_image(image)[0], 0, 1) * 255)))


def _side(size: int) -> int:
    return whole_number(size, "size", MIN_SIDE, MAX_SIDE, "pixels")


def _scaled(height: int, width: int, longest: int) -> tuple[int, int]:
    scale = longest / max(height, width)
    return round(height * scale), round(width * scale)


def _too_thin(width: int, height: int, result: tuple[int, int] | None = None) -> str:
    becomes = f", which would become {result[1]}×{result[0]}" if result else ""
    return (
        f"The picture is {width}×{height} pixels{becomes}; each side needs at least "
        f"{MIN_SIDE}. Crop it, or take a larger one."
    )


def _from_file(path: Path, size: int | None) -> np.ndarray:
    if os.path.isdir(path):
        raise IsADirectoryError(f"'{path}' is a folder. Give the name of a picture in it.")
    if not os.path.exists(path):  # unlike Path's, it takes names of any length
        raise FileNotFoundError(f"There is no file '{path}'. Check the name and the folder.")
    if not path.is_file():  # a pipe would be waited for without end
        raise ValueError(f"'{path}' is not a file but a device or a pipe. Give a picture file.")
    with path.open("rb") as stream:
        return _decode(stream, f"'{path.name}'", size)


def _decode(stream, name: str, size: int | None) -> np.ndarray:
    with warnings.catch_warnings():
        # Pillow warns of size and of damage; here both are refused, below.
        warnings.simplefilter("ignore")
        with _opened(stream, name) as picture:
            _check_pixels(picture, name, size)
            if size:
                # JPEGs can be decoded at a fraction of their size: far faster for camera photos.
                picture.draft(None, (2 * size, 2 * size))
            return _from_pil(picture, name, size)


def _opened(stream, name: str) -> Image.Image:
    try:
        return Image.open(stream, formats=READABLE)
    except UnidentifiedImageError as error:
        raise ValueError(
            f"{name} is not a picture that can be read. Use a PNG, JPEG or WebP file."
        ) from error
    except Image.DecompressionBombError as error:
        raise ValueError(f"{name} is too large to open. {_limit()}") from error
    except Exception as error:  # Pillow's readers raise many kinds on damaged files
        raise ValueError(_damaged(name, error)) from error


def _limit() -> str:
    return f"At most {MAX_PIXELS // 1_000_000} million pixels: make it smaller first."


def _damaged(name: str, error: Exception) -> str:
    return (
        f"{name} is damaged, cut off, or of a rare kind ({type(error).__name__}). "
        "Download it again, or save it as PNG."
    )


def _check_pixels(picture: Image.Image, name: str, size: int | None) -> None:
    """Refuse what would take long to read, before it is read."""
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise ValueError(f"{name} has {width}×{height} pixels. {_limit()}")
    if size and min(result := _scaled(height, width, size)) < MIN_SIDE:
        raise ValueError(_too_thin(width, height, result))


def _from_pil(picture: Image.Image, name: str, size: int | None) -> np.ndarray:
    _check_pixels(picture, name, size)
    try:
        array = _pixels(ImageOps.exif_transpose(picture), size)
    except Exception as error:  # Pillow's decoders raise many kinds on damaged files
        raise ValueError(_damaged(name, error)) from error
    return _from_array(array, name)


def _pixels(picture: Image.Image, size: int | None) -> np.ndarray:
    def reduced(picture: Image.Image) -> Image.Image:
        # Means of whole blocks, in 8 bits: 64 million floats would take seconds and gigabytes.
        factor = max(picture.size) // (2 * size) if size else 1
        return picture.reduce(factor) if factor > 1 else picture

    if picture.mode.startswith("I"):  # 16 bits, in Pillow's several ways to hold them
        grey = np.asarray(reduced(picture.convert("I")), np.float32)
        return np.clip(grey / 65535, 0, 1)
    if picture.mode == "F":
        grey = np.asarray(reduced(picture), np.float32)
        return grey / (255 if grey.max() > 1 else 1)
    if picture.has_transparency_data:
        picture = reduced(picture.convert("RGBA"))
        white = Image.new("RGBA", picture.size, "white")
        return np.asarray(Image.alpha_composite(white, picture).convert("RGB"))
    return np.asarray(reduced(picture.convert("RGB")))


def _from_array(array: np.ndarray, name: str) -> np.ndarray:
    given = array.shape
    if array.dtype == np.uint8 or array.dtype == np.uint16:
        array = array / np.float32(np.iinfo(array.dtype).max)
    elif array.dtype.kind != "f":
        raise TypeError(f"{name} holds {array.dtype}; expected uint8, uint16, or floats in [0, 1].")
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
    return check_image(array[None].astype(np.float32), name)
