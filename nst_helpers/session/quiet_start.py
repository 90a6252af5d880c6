"""Start TensorFlow quickly, and without its notes on CPU features and missing GPUs."""

import contextlib
import gc
import os
import sys
import tempfile


def start_tensorflow() -> None:
    """Import TensorFlow and let it find its devices; what it says is kept for errors only.

    Its notes are written by C++ code, past Python's `sys.stderr`, and would open every notebook.

    Raises
    ------
    ImportError
        TensorFlow cannot be imported; what it said is then shown.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with tempfile.TemporaryFile() as notes:
        try:
            with _standard_error_to(notes.fileno()), _collector_at_rest():
                import keras  # noqa: F401  the collector rests for it as well
                import tensorflow as tf

                tf.config.list_physical_devices()
        except BaseException:
            notes.seek(0)
            sys.stderr.write(notes.read().decode(errors="replace"))
            raise


@contextlib.contextmanager
def _standard_error_to(file: int):
    kept = os.dup(2)
    os.dup2(file, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@contextlib.contextmanager
def _collector_at_rest():
    """Keep Python's garbage collector out of what is imported, now and later.

    It would look through hundreds of thousands of objects, a tenth of a second each time, again
    and again, and find next to nothing: modules stay.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
