"""Files, read from where they are and written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from nst_helpers.paths import as_path


def opened(path: str | os.PathLike, kind: str) -> IO[bytes]:
    """Open a file for reading, or say what is there instead.

    Parameters
    ----------
    path : str or Path
        Of a file.
    kind : str
        What the file should hold, such as "sound".

    Returns
    -------
    binary file
        Its `name` is the path.

    Raises
    ------
    TypeError
        Not the name of a file.
    FileNotFoundError, IsADirectoryError
        There is no such file, or it is a folder.
    ValueError
        A device or a pipe.
    OSError
        It may not be read, or the disk fails.
    """
    path = as_path(path)
    if os.path.isdir(path):
        raise IsADirectoryError(f"'{path}' is a folder. Give the name of a {kind} in it.")
    if not os.path.exists(path):  # unlike Path's, it takes names of any length
        raise FileNotFoundError(f"There is no file '{path}'. Check the name and the folder.")
    if not path.is_file():  # a pipe would be waited for without end
        raise ValueError(f"'{path}' is not a file but a device or a pipe. Give a {kind} file.")
    try:
        return path.open("rb")
    except OSError as error:
        same = type(error) if isinstance(error, PermissionError) else OSError
        raise same(
            f"'{path}' cannot be read ({error.strerror or error}). Change its rights, or copy it "
            "to another folder."
        ) from error


def file_to_write(path: str | Path, endings: Iterable[str]) -> Path:
    """Return the path of a file that can be written, or say why it cannot.

    Parameters
    ----------
    path : str or Path
        Of a file; an existing one will be replaced.
    endings : iterable of str
        Those that tell a format, such as ".wav".

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    TypeError
        Not the name of a file.
    FileNotFoundError, IsADirectoryError
        Its folder is not there, or it is a folder itself.
    ValueError
        Another ending.
    """
    path = as_path(path)
    if path.suffix.lower() not in endings:
        raise ValueError(
            f"Cannot tell the format of '{path.name}'. End the name in {', '.join(endings)}."
        )
    if os.path.isdir(path):
        raise IsADirectoryError(f"'{path}' is a folder. Give the name of a file in it.")
    if not os.path.isdir(path.parent):
        raise FileNotFoundError(f"The folder '{path.parent}' does not exist. Make it first.")
    return path


def write_whole(data: bytes, path: Path) -> None:
    """Write a file under another name first, so that it is never there by half.

    Parameters
    ----------
    data : bytes
        The content.
    path : Path
        From ``file_to_write``.

    Raises
    ------
    OSError
        The disk is full, or nothing may be written there.
    """
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            part.write_bytes(data)
            with contextlib.suppress(OSError):  # a new file, or a share without such rights
                shutil.copymode(path, part)
            os.replace(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:  # ValueError: a name that no disk can hold
        kind = type(error) if isinstance(error, PermissionError) else OSError
        raise kind(
            f"'{path.name[:80]}' cannot be written to '{path.parent}' ({type(error).__name__}: "
            f"{getattr(error, 'strerror', None) or error}). Choose another name or folder."
        ) from error
