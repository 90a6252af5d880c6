"""Shared by all tests: one network of each kind, small pictures, and a guard against hanging."""

import os

os.environ["NST_BACKBONE"] = "vgg16"
os.environ.pop("NST_WEIGHTS", None)
os.environ.pop("NST_LANG", None)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.pop("JUPYTER_PATH", None)  # kernels are those of this environment
os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"

import signal

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from nst_helpers import load_picture, load_vgg

# The same examples on every machine, and no limit that a busy machine could break.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")

# A shell that starts the tests in the background lets them ignore interrupts; the tests send some.
signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST = 300  # seconds that any single test may take
MARKED = ("abuse", "browser")  # folders whose tests are run by `-m`: they take minutes


def pytest_itemcollected(item):
    """Mark the tests of a folder with its name; pyproject.toml deselects these by default."""
    if item.path.parent.name in MARKED:
        item.add_marker(item.path.parent.name)


@pytest.fixture(autouse=True)
def nothing_hangs(request):
    """Fail a test that does not come back; the marked ones have limits of their own."""
    if not hasattr(signal, "SIGALRM") or any(map(request.node.get_closest_marker, MARKED)):
        yield
        return

    def give_up(number, frame):
        raise TimeoutError(f"this test has run for {LONGEST} seconds")

    previous = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LONGEST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


@pytest.fixture(scope="session")
def vgg():
    """VGG16 with seeded random weights: quick, and never all zero."""
    return load_vgg("vgg16", weights=None)


@pytest.fixture(scope="session")
def real_vgg():
    """The bundled VGG16."""
    return load_vgg("vgg16")


@pytest.fixture(scope="session")
def content():
    """A small photograph, wider than high."""
    return load_picture("flower", 48)


@pytest.fixture(scope="session")
def style():
    """A small painting of another size and aspect."""
    return load_picture("great_wave", 64)


@pytest.fixture
def picture():
    """Noise of 40 × 48 pixels, a fresh copy for each test."""
    return np.random.default_rng(1).random((1, 40, 48, 3), dtype=np.float32)


@pytest.fixture
def blocks():
    """Two blocks of activations (1, n_H, n_W, n_C) in which no two sides are equal."""
    rng = np.random.default_rng(2)
    return tuple(np.maximum(rng.normal(1, 2, (1, 4, 3, 5)), 0).astype(np.float32) for _ in "SG")
