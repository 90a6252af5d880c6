"""The studio: its state machine without widgets, then the widgets without a browser."""

import asyncio
import base64
import gc
import io
import json
import os
import sys
import threading
import time
import weakref
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from nst_helpers import STYLE_LAYERS, StyleTransfer, load_picture
from nst_helpers.costs import Weights, as_weights
from nst_helpers.panels import studio as rooms
from nst_helpers.panels.curves import plot_terms
from nst_helpers.panels.run import Run, drive, weighted_terms
from nst_helpers.panels.studio import readable_values, style_studio

EQUAL = dict.fromkeys(STYLE_LAYERS, 0.2)
WEIGHTS = Weights(1.0, 0.01, EQUAL)


@pytest.fixture
def make(vgg, content, style):
    return lambda: StyleTransfer(content, style, vgg)


@pytest.fixture(scope="module")
def panel(vgg):
    """A studio with a random network and a very short first run."""
    patch = pytest.MonkeyPatch()
    patch.setattr(rooms, "PREVIEW_SIZE", 48)
    patch.setattr(rooms, "PREVIEW_STEPS", 2)
    patch.setattr(rooms, "SIZES", (48, 64, 256))
    patch.setattr(rooms, "STEPS", (4, 8, 60))
    yield style_studio(vgg)
    patch.undo()


@pytest.fixture
def desk(panel):
    """The studio's widgets, at rest."""
    desk = panel.studio
    desk.size.value, desk.steps.value = 48, 4
    desk.alpha.value, desk.beta.value = 1.0, 0.01
    desk._set_lambdas(EQUAL)
    desk.content.value, desk.style.value = "flower", "great_wave"
    desk._reset()
    return desk


def walk(run, shown=None):
    asyncio.run(drive(run, shown if callable(shown) else lambda run: None))
    return run


# Weights and terms


def test_terms_add_up_to_J(make):
    step, weights = Run(make, 1, WEIGHTS).advance()
    terms = weighted_terms(step.costs, weights)
    assert terms["J"] == pytest.approx(terms["α J_content"] + terms["β J_style"], rel=1e-4)
    layers = [value for name, value in terms.items() if "λ" in name]
    assert sum(layers) == pytest.approx(terms["β J_style"], rel=1e-4)


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        (Weights(0.0, 0.0, EQUAL), "both 0"),
        (Weights(1.0, 1.0, dict.fromkeys(STYLE_LAYERS, 0.0)), "at least one layer"),
        (Weights(-1.0, 1.0, EQUAL), "alpha"),
        (Weights(1.0, float("nan"), EQUAL), "beta"),
    ],
)
def test_weights_with_which_nothing_can_be_done_are_refused(weights, says):
    with pytest.raises(ValueError, match=says):
        as_weights(weights)


def test_logarithmic_values_are_readable():
    assert [name for name, _ in readable_values(-2, 0)] == [
        "0", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1",
    ]  # fmt: skip
    assert readable_values(1, 2)[-1] == ("100", 100.0)


def test_curves_are_drawn_with_a_line_where_a_weight_changed():
    axis = plot_terms({"J": [1.0] * 20}, [], 300).axes[0]
    assert axis.get_xlim()[1] == 30.5  # the curves fill at least half of it
    axis = plot_terms({"J": [3.0, 2.0, 1.0], "β J_style": [0.0, 0.0, 0.0]}, [2], 10).axes[0]
    *lines, upright = axis.lines
    assert [len(line.get_xdata()) for line in lines[:3]] == [3, 0, 3]
    assert np.isnan(lines[2].get_ydata()).all()
    assert list(upright.get_xdata()[:2]) == [2.5, 2.5]
    assert plot_terms({}, [], 1).axes


# The state machine


def test_a_run_goes_to_its_end(make):
    numbers = []
    run = walk(Run(make, 3, WEIGHTS), lambda run: numbers.append(run.number))
    assert run.state == "finished"
    assert numbers == [1, 2, 3]
    assert [len(values) for values in run.terms.values()] == [3] * 8
    assert run.seconds > 0


def test_pause_takes_effect_within_one_step_and_resume_goes_on(make):
    run = Run(make, 6, WEIGHTS)
    walk(run, lambda run: run.pause() if run.number == 2 else None)
    assert (run.state, run.number) == ("paused", 2)
    run.resume()
    assert walk(run).number == 6
    assert run.state == "finished"


def test_a_stopped_run_records_nothing_more(make):
    run = Run(make, 6, WEIGHTS)
    result = run.advance()
    run.stop()
    run.take(result)
    assert run.number == 0
    assert run.image is None
    run.resume()
    assert run.state == "stopped"
    run.close()


def test_weights_count_from_the_next_step_without_tracing_again(make):
    run = Run(make, 5, WEIGHTS)
    heavy = Weights(1.0, 0.02, EQUAL)

    def steer(run):
        if run.number == 2:
            run.steer(heavy)

    walk(run, steer)
    assert run.marks == [2]
    assert run.weights == heavy
    assert run.transfer.beta == 0.02
    evaluate = run.transfer._evaluate
    assert evaluate.experimental_get_tracing_count() == 1


def test_alpha_and_beta_can_change_places(make):
    run = Run(make, 3, Weights(1.0, 0.0, EQUAL))
    walk(run, lambda run: run.steer(Weights(0.0, 1.0, EQUAL)))
    assert run.state == "finished"
    run = Run(make, 3, Weights(0.0, 1.0, EQUAL))
    walk(run, lambda run: run.steer(Weights(1.0, 0.0, EQUAL)))
    assert run.state == "finished"


def test_refused_weights_leave_the_last_good_ones(make):
    run = Run(make, 3, WEIGHTS)
    with pytest.raises(ValueError, match="both 0"):
        run.steer(Weights(0.0, 0.0, EQUAL))
    assert walk(run).weights == WEIGHTS


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "memory is full"),
        (tf.errors.ResourceExhaustedError(None, None, "OOM"), "memory is full"),
        (ValueError("content is too thin."), "Content is too thin."),
        (RuntimeError("odd"), "RuntimeError: odd"),
    ],
)
def test_an_error_ends_the_run_with_a_sentence_and_keeps_the_picture(make, error, says):
    run = Run(make, 9, WEIGHTS)

    def break_it(run):
        def broken():
            raise error

        if run.number == 2:
            run._walk.close()
            run.advance = broken

    walk(run, break_it)
    assert run.state == "failed"
    assert says in run.message
    assert run.number == 2
    assert run.image is not None


def test_the_loop_stays_free_and_two_runs_do_not_disturb_each_other(make):
    alone = walk(Run(make, 4, WEIGHTS)).terms["J"]
    threads, ticks = set(), []

    async def both():
        runs = [Run(make, 4, WEIGHTS), Run(make, 4, WEIGHTS)]
        for run in runs:
            advance = run.advance
            run.advance = lambda advance=advance: (threads.add(threading.get_ident()), advance())[1]
        tasks = [asyncio.create_task(drive(run, lambda run: None)) for run in runs]
        while not all(task.done() for task in tasks):
            ticks.append(time.perf_counter())
            await asyncio.sleep(0.005)
        return runs

    runs = asyncio.run(both())
    assert threading.main_thread().ident not in threads
    assert len(ticks) > 4
    for run in runs:
        np.testing.assert_allclose(run.terms["J"], alone, rtol=1e-3)


# The widgets


def test_a_studio_shows_a_short_run_at_once(vgg, panel):
    data, metadata = panel.still()
    kind = next(kind for kind in data if kind.startswith("image/"))
    assert len(data[kind]) > 10_000
    assert "style" in metadata[kind]["alt"]
    assert data["text/plain"].startswith("Style studio")


def test_start_runs_and_the_download_holds_the_settings(desk):
    before = desk.pictures["G"].children[0].value
    desk._start()
    assert desk.run.state == "finished"
    assert desk.bar.value == 4
    assert "step 4 of 4" in desk.pace.value
    assert desk.pictures["G"].children[0].value != before
    data = desk.link.value.split("base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        settings = json.loads(picture.text["nst settings"])
        assert max(picture.size) == 48
    assert settings["steps"] == 4
    assert settings["lambdas"] == EQUAL


def test_reset_gives_the_run_up(desk):
    desk._start()
    desk._reset()
    assert desk.run is None
    assert desk.bar.value == 0
    assert desk.link.value == ""


def test_pause_button_pauses_and_start_goes_on(desk):
    desk.steps.value = 8

    async def play():
        desk._loop = asyncio.get_running_loop()
        desk._start()
        while desk.run.number < 2:
            await asyncio.sleep(0.005)
        desk.pause.click()
        while not desk._task.done():
            await asyncio.sleep(0.005)
        held = desk.run.number
        assert desk.run.state == "paused"
        assert "Paused after step" in desk.status.value
        assert desk.link.value
        desk.beta.value = 0.1
        desk.start.click()
        await asyncio.sleep(0.01)
        while desk.run.state == "running":
            await asyncio.sleep(0.005)
        return held

    try:
        held = asyncio.run(play())
    finally:
        desk._loop = None
    assert desk.run.number == 8
    assert desk.run.weights.beta == 0.01 or held in desk.run.marks


def test_presets_set_the_sliders(desk):
    desk.only["block3_conv1"].click()
    values = {layer: one.value for layer, one in desk.lambdas.items()}
    assert values == {layer: float(layer == "block3_conv1") for layer in STYLE_LAYERS}
    desk.equal.click()
    assert {one.value for one in desk.lambdas.values()} == {0.2}


def test_weights_of_zero_are_told_and_nothing_breaks(desk):
    desk.alpha.value = 0.0
    desk.beta.value = 0.0
    assert "both 0" in desk.status.value
    desk.start.click()
    assert "both 0" in desk.status.value
    desk.beta.value = 0.01
    desk._start()
    assert desk.run.state == "finished"


def upload(desk, kind, content, name="../../a picture.png"):
    desk.uploads[kind].value = (
        {
            "name": name,
            "type": "image/png",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime(2025, 1, 1),
        },
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_your_own_is_taken(desk, form):
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), "crimson").save(stream, form)
    upload(desk, "content", stream.getvalue())
    assert desk.content.value.startswith("own content")
    assert "picture.png" not in str(desk.content.options)
    desk._start()
    assert desk.run.state == "finished"


written = []


def watch(event, arguments, watching=written):
    """Note every file opened for writing, made or renamed, by whomever."""
    if not watching:
        return
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        watching.append(arguments[0])
    elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink"):
        watching.append(arguments)


@pytest.fixture(scope="module")
def watched():
    sys.addaudithook(watch)  # for good: it cannot be taken off


@pytest.mark.parametrize(
    "name",
    [
        "../../evil.png",
        "/tmp/evil.png",
        "C:\\evil.png",
        "a b ü.png",
        "<img onerror=evil>",
        "",
        "\0",
    ],
)
def test_the_name_of_an_upload_never_chooses_where_something_is_written(
    desk, watched, tmp_path, monkeypatch, name
):
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), "crimson").save(stream, "PNG")
    written[:] = ["watching"]
    upload(desk, "content", stream.getvalue(), name)
    upload(desk, "style", b"no picture", name)
    desk._start()
    made = written[1:]
    (tmp_path / "seen").write_bytes(b"")
    noticed = len(written) > len(made) + 1
    written.clear()
    assert desk.run.state == "finished"
    assert made == []
    assert noticed, "the watch itself must work, else this test proves nothing"
    shown = [desk.content.options, desk.status.value, desk.link.value, desk.settings()]
    assert "evil" not in str(shown)
    assert 'download="style_transfer.png"' in desk.link.value


def test_a_bad_upload_is_told_and_the_picture_stays(desk):
    before = desk.content.value, desk.pictures["C"].children[0].value
    upload(desk, "content", b"no picture at all")
    assert "nst-trouble" in desk.status.value
    assert "not a picture" in desk.status.value
    assert (desk.content.value, desk.pictures["C"].children[0].value) == before


def test_a_view_that_leaves_the_page_pauses(desk, monkeypatch):
    monkeypatch.setattr(rooms, "GRACE", 0.0)
    desk.steps.value = 60

    async def leave():
        desk._loop = asyncio.get_running_loop()
        desk.panel._view_count = 2
        desk._start()
        while desk.run.number < 2:
            await asyncio.sleep(0.005)
        desk.panel._view_count = 1
        while not desk._task.done():
            await asyncio.sleep(0.005)
        return desk.run

    try:
        run = asyncio.run(leave())
    finally:
        desk._loop = None
    assert run.state == "paused"
    assert run.number < 60
    desk._reset()


def test_a_panel_that_is_gone_from_the_page_frees_its_run(desk):
    desk._start()
    transfer = weakref.ref(desk.run.transfer)
    desk.panel._view_count = 0
    desk._leave(1)
    gc.collect()
    assert transfer() is None
    assert "left the page" in desk.status.value
    desk._start()
    assert desk.run.state == "finished"


def test_running_the_cell_again_stops_its_old_studio(desk, vgg, monkeypatch):
    shell = SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": "the-cell"}})
    monkeypatch.setattr(rooms, "get_ipython", lambda: shell)
    first = style_studio(vgg).studio
    other = first.run
    second = style_studio(vgg).studio
    assert other.state == "stopped"
    assert second.run.state == "finished"


def test_every_control_has_a_label_and_a_tooltip(desk):
    controls = [
        desk.content, desk.style, desk.size, desk.steps, desk.alpha, desk.beta, desk.equal,
        desk.start, desk.pause, desk.reset, *desk.uploads.values(), *desk.lambdas.values(),
        *desk.only.values(),
    ]  # fmt: skip
    for control in controls:
        assert control.description
        assert control.tooltip


def test_an_unknown_picture_is_refused(vgg):
    with pytest.raises(ValueError, match="no picture 'starry'"):
        style_studio(vgg, style="starry")


def test_the_content_menu_offers_every_bundled_picture(desk):
    assert {value for _, value in desk.content.options} >= {"flower", "brick", "starry_night"}
    assert load_picture(desk.content.value).shape[0] == 1
