"""Start TensorFlow quickly, for Keras too, and without its notes on CPU features and GPUs."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO

FOR_TENSORFLOW = {"KERAS_BACKEND": "tensorflow", "KERAS_NNX_ENABLED": "false"}  # NNX is JAX's
NOTES_WANTED = ("0", "1")  # TF_CPP_MIN_LOG_LEVEL of a reader who wants to see the notes


def start_tensorflow() -> None:
    """Import TensorFlow and let it find its devices; what it says is kept for errors only.

    Its notes are written by C++ code, past Python's `sys.stderr`, and would open every notebook.

    Raises
    ------
    ImportError
        TensorFlow cannot be imported, and what it said is then shown; or Keras was imported
        before, and not for TensorFlow; or its settings hold what it cannot use; or the folder
        that Python works in is gone, or docstrings are left out, and a library needs them.
    """
    level = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    new = "tensorflow" not in sys.modules
    with contextlib.ExitStack() as stack:
        # TensorFlow ends the process at a flag that it does not know, and its note says which.
        if level not in NOTES_WANTED and not os.environ.get("TF_XLA_FLAGS"):
            stack.enter_context(_standard_error_kept_for_errors())
        stack.enter_context(_collector_at_rest(freeze=new))
        _import_keras()
        import tensorflow as tf

        tf.config.list_physical_devices()


def _import_keras() -> None:
    """Import Keras for TensorFlow, whatever keras.json or the variables name."""
    before = any(name.partition(".")[0] == "keras" for name in sys.modules)
    wanted = {name: os.environ.get(name) for name in FOR_TENSORFLOW}
    if not before:
        os.environ.update(FOR_TENSORFLOW)
    try:
        import keras

        backend = keras.config.backend()
    except Exception as error:
        _blame_the_process(error)
        if not isinstance(error, ImportError) and _in_keras_settings(error):
            why = " ".join(str(error).split()) or type(error).__name__
            raise ImportError(
                f"Keras cannot start with its settings ({why}). They are "
                f"in '{_settings_of_keras()}' and in environment variables that begin with KERAS_. "
                "Mend them, or remove the file; then restart the kernel."
            ) from error
        if not before:
            raise
        backend = wanted["KERAS_BACKEND"] or "another backend"
    finally:  # Keras reads them once; the reader's settings stay for all else
        for name, value in wanted.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    if backend != "tensorflow":
        raise ImportError(
            f"Keras was imported for {backend} before, and this series needs TensorFlow. Import "
            "nst_helpers before keras, or set the environment variable KERAS_BACKEND to "
            "tensorflow; then restart the kernel."
        )


def _in_keras_settings(error: Exception) -> bool:
    """Tell whether the error was raised where Keras reads its settings."""
    files = [Path(frame.filename).parts for frame in traceback.extract_tb(error.__traceback__)]
    in_keras = [parts for parts in files if "keras" in parts]
    return in_keras[-1:] != [] and in_keras[-1][-3:] == ("src", "backend", "config.py")


def _blame_the_process(error: Exception) -> None:
    """Raise what about the process keeps libraries from being imported, if that is known."""
    try:
        os.getcwd()
    except OSError:
        raise ImportError(
            "The folder that Python works in is gone, and not every library can be imported "
            "there. Go to one that is there, then restart the kernel."
        ) from error
    if sys.flags.optimize > 1 and isinstance(error, TypeError):
        raise ImportError(
            "Python was told to leave docstrings out (-OO, or PYTHONOPTIMIZE=2), and this "
            "TensorFlow needs its own. Start Python without that, or take TensorFlow 2.21."
        ) from error


def _settings_of_keras() -> str:
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return os.path.expanduser(os.path.join(home, "keras.json"))


@contextlib.contextmanager
def _standard_error_kept_for_errors() -> Iterator[None]:
    with _notes() as notes:
        try:
            with _standard_error_to(notes.fileno()):
                yield
        except BaseException:
            notes.seek(0)
            if sys.stderr is not None:
                sys.stderr.write(notes.read().decode(errors="replace"))
            raise


def _notes() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile()
    except OSError:  # there is no folder to write in
        return open(os.devnull, "w+b")


@contextlib.contextmanager
def _standard_error_to(file: int) -> Iterator[None]:
    try:
        kept = os.dup(2)
    except OSError:  # a service or a program without a console has none
        kept = None
    os.dup2(file, 2)
    try:
        yield
    finally:
        if kept is None:
            os.close(2)
        else:
            os.dup2(kept, 2)
            os.close(kept)


@contextlib.contextmanager
def _collector_at_rest(freeze: bool) -> Iterator[None]:
    """Keep Python's garbage collector out of what is imported, now and later.

    It would look through hundreds of thousands of objects, a tenth of a second each time, again
    and again, and find next to nothing: modules stay. Where TensorFlow was there before, so may
    be much of the reader's own, and nothing is frozen.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if freeze:
            gc.freeze()
        if was_enabled:
            gc.enable()
