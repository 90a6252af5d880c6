"""The notebooks' abuse runs on request only: it takes some minutes."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--run-abuse", action="store_true", help="Run the notebooks in every way.")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--run-abuse", default=False):
        skip = pytest.mark.skip(reason="Some minutes, on request: make test-abuse")
        for item in items:
            if "abuse" in item.path.parts:
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def nothing_hangs():
    """Each cell has a limit of its own."""
