"""Python imports this at its start: so the service's module is there before the first cell."""

import google.colab  # noqa: F401
