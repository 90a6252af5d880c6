"""A hosted notebook service: its widgets switched on, and a word about its GPU."""

from __future__ import annotations

import contextlib

from nst_helpers.languages import N_, _
from nst_helpers.session.device import device, visible_gpus
from nst_helpers.session.standard_out import say

NO_GPU = N_(
    "No GPU: the pictures are smaller, all else is the same. To get one: menu Runtime ▸ Change "
    "runtime type ▸ a GPU, then run this cell again."
)


def welcome() -> None:
    """Switch on what widgets need, and say whether a GPU is there and how to get one."""
    with contextlib.suppress(ImportError):  # other services show widgets as they are
        from google.colab import output

        output.enable_custom_widget_manager()
    say(device() if visible_gpus() else _(NO_GPU))
