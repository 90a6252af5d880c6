"""The browser tests run on request only: they start servers and a browser."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--run-browser", action="store_true", help="Run the tests in a browser.")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--run-browser", default=False):
        skip = pytest.mark.skip(reason="In a browser on request: make test-browser")
        for item in items:
            if "browser" in item.path.parts:
                item.add_marker(skip)


@pytest.fixture(autouse=True)
def nothing_hangs():
    """These tests have limits of their own."""
