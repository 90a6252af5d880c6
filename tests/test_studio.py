"""The studio: its run without widgets, the curves as text, then the widgets without a browser."""

import asyncio
import base64
import gc
import html
import io
import json
import os
import re
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

import nst_helpers
from nst_helpers import STYLE_LAYERS, StyleTransfer, load_picture, resize_image
from nst_helpers.costs import Weights
from nst_helpers.panels import curves
from nst_helpers.panels import studio as rooms
from nst_helpers.panels.run import FRAMES, Run, drive, in_python, said_change, weighted_terms
from nst_helpers.panels.studio import readable_values, received, set_value, style_studio

EQUAL = dict.fromkeys(STYLE_LAYERS, 0.2)
WEIGHTS = Weights(1.0, 0.01, EQUAL)
ENDLESS = 0


@pytest.fixture
def make(vgg, content, style):
    def make(at_hand):
        if at_hand is None:
            return StyleTransfer(content, style, vgg)
        start = resize_image(at_hand, content.shape[1:3])
        return StyleTransfer(content, style, vgg, start=start, levels=1)

    return make


@pytest.fixture(scope="module")
def panel(vgg):
    """A studio with a random network and a very short first run."""
    patch = pytest.MonkeyPatch()
    patch.setattr(rooms, "PREVIEW_SIZE", 48)
    patch.setattr(rooms, "PREVIEW_STEPS", 2)
    patch.setattr(rooms, "SIZES", (48, 64, 256))
    patch.setattr(rooms, "STEPS", (0, 4, 8, 60))
    yield style_studio(vgg)
    patch.undo()


@pytest.fixture
def desk(panel):
    """The studio's widgets, at rest, with a run of four steps to come."""
    desk = panel.studio
    desk.size.value, desk.steps.value = 48, 4
    desk.content.value, desk.style.value = "flower", "great_wave"
    if not desk.anew.disabled:
        desk.anew.click()
    while not desk.undo.disabled:
        desk.undo.click()
    desk.set_weights(WEIGHTS)
    return desk


def walk(run, shown=None):
    asyncio.run(drive(run, shown if callable(shown) else lambda run: None))
    return run


def at_step(number, action):
    return lambda run: action(run) if run.number == number else None


# Weights and terms


def test_terms_add_up_to_J(make):
    run = Run(make, WEIGHTS, 1, 1)
    step, *_ = run.advance().steps
    terms = weighted_terms(step.costs, WEIGHTS)
    assert terms["J"] == pytest.approx(terms["α J_content"] + terms["β J_style"], rel=1e-4)
    layers = [value for name, value in terms.items() if "λ" in name]
    assert sum(layers) == pytest.approx(terms["β J_style"], rel=1e-4)


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (WEIGHTS._replace(beta=2.0), "β = 2"),
        (WEIGHTS._replace(alpha=0.0, beta=0.5), "α = 0, β = 0.5"),
        (WEIGHTS._replace(lambdas=EQUAL | {"block1_conv1": 1.0}), "λ conv1_1 = 1"),
        (
            WEIGHTS._replace(lambdas=dict.fromkeys(STYLE_LAYERS, 0.0) | {"block3_conv1": 1.0}),
            "only conv3_1",
        ),
        (WEIGHTS._replace(lambdas=dict.fromkeys(STYLE_LAYERS, 0.5)), "λ equal"),
        (WEIGHTS._replace(lambdas=dict(zip(STYLE_LAYERS, range(1, 6)))), "several weights"),
        (WEIGHTS, ""),
    ],
)
def test_a_change_is_said_in_words(after, says):
    assert said_change(WEIGHTS, after) == says


def test_logarithmic_values_are_readable():
    assert [name for name, _ in readable_values(-2, 0)] == [
        "0", "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1",
    ]  # fmt: skip
    assert readable_values(1, 2)[-1] == ("100", 100.0)


# The curves


def points_of(drawn):
    return [
        np.array([point.split(",") for point in points.split()], float)
        for points in re.findall(r'points="([^"]*)"', drawn)
    ]


def test_curves_go_from_left_to_right_and_fall_with_their_terms():
    drawn = curves.curves_svg({"J": [1e5, 1e4, 1e3], "β J_style": [0.0, 0.0, 0.0]}, [])
    (line,) = points_of(drawn)  # what is 0 is not drawn
    assert (np.diff(line[:, 0]) > 0).all()
    np.testing.assert_allclose(np.diff(line[:, 1]), 500, atol=1)  # a decade each, two in all
    assert "10⁵" in drawn
    assert "e+0" not in drawn


def test_a_long_run_is_drawn_with_few_points_from_its_first_to_its_last_step():
    J = np.geomspace(1e5, 1e2, 4000).tolist()
    (line,) = points_of(curves.curves_svg({"J": J}, []))
    assert len(line) == curves.POINTS
    np.testing.assert_allclose(line[[0, -1], 1], [0, 1000], atol=1)


def test_the_axis_doubles_and_its_numbers_are_round():
    assert [curves.reach(done) for done in (0, 15, 16, 100)] == [15, 15, 30, 120]
    for last in (15, 30, 60, 120, 240, 480, 960, 1920, 61440):
        ticks = curves.ticks(last)
        assert 3 <= len(ticks) <= 6
        assert set(str(ticks[0]).rstrip("0")) <= set("125")
        assert ticks[-1] <= last


def test_a_change_is_marked_with_its_words_and_those_close_together_share_the_last():
    marks = [(2, "β = 1"), (3, "β = 2"), (14, "<b>S</b>")]
    drawn = curves.curves_svg({"J": [5.0] * 15}, marks)
    assert "β = 2" in drawn
    assert "β = 1<" not in drawn
    assert "&lt;b&gt;S" in drawn
    assert drawn.count("V1000") >= 3  # each has its line


def test_J_lies_under_its_terms_and_is_wider():
    drawn = curves.curves_svg({"J": [5.0, 4.0], "β J_style": [5.0, 4.0]}, [])
    widths = [float(width) for width in re.findall(r'<polyline [^>]*stroke-width="([^"]*)"', drawn)]
    assert len(widths) == 2
    assert widths[0] >= 2 * widths[1]


def test_the_curves_are_named_for_screen_readers():
    drawn = curves.curves_svg({"J": [5e5, 132_000.0]}, [(1, "β = 2")])
    name = html.unescape(re.search(r'role="img" aria-label="([^"]*)"', drawn)[1])
    assert name == (
        "The terms of J over the steps, after step 2: J 132,000. Last change after step 1: β = 2."
    )
    assert "none is done yet" in curves.curves_svg({}, [])


def test_curves_are_drawn_whatever_the_terms_are():
    for J in ([1.0], [0.0, 0.0], [1e-30, 1e30], [np.inf], [3.0] * 3):
        assert "nst-curves" in curves.curves_svg({"J": J}, [])
    assert curves.plot_terms({"J": [3.0, 2.0]}, [(1, "β = 2")]).axes
    assert curves.plot_terms({}, []).axes


# The run


def test_a_run_goes_to_its_rest_and_on(make):
    numbers = []
    run = walk(Run(make, WEIGHTS, 3, 3), lambda run: numbers.append(run.number))
    assert run.state == "resting"
    assert numbers == [1, 2, 3]
    assert [len(values) for values in run.terms.values()] == [3] * 8
    assert run.seconds > 0
    run.resume()
    assert walk(run).state == "resting"
    assert run.number >= 6  # the new walk's first step measures the picture at hand


def test_a_run_without_an_end_goes_on_from_the_picture_at_hand(make):
    run = walk(Run(make, WEIGHTS, 2, ENDLESS), lambda run: run.pause() if run.number > 8 else None)
    assert run.state == "paused"
    assert run.number >= 9
    assert run.terms["J"][-1] < run.terms["J"][1]
    # At the seam nothing is lost: the new walk begins at the best picture of the one before.
    assert run.terms["J"][2] <= run.terms["J"][1] * 1.01


def test_the_weights_hold_beyond_the_seam(make):
    """A new walk is a new transfer: its first steps, too, go down the J that is asked for."""
    heavy = WEIGHTS._replace(alpha=3.0, beta=7.0)
    run = walk(Run(make, heavy, 2, ENDLESS), lambda run: run.pause() if run.number > 6 else None)
    terms = {name: np.array(values) for name, values in run.terms.items()}
    np.testing.assert_allclose(terms["J"], terms["α J_content"] + terms["β J_style"], rtol=1e-4)


def test_pause_takes_effect_within_one_step_and_resume_goes_on(make):
    run = Run(make, WEIGHTS, 6, 6)
    walk(run, at_step(2, Run.pause))
    assert (run.state, run.number) == ("paused", 2)
    run.resume()
    assert walk(run).number == 6


def test_a_stopped_run_records_nothing_more(make):
    run = Run(make, WEIGHTS, 6)
    taken = run.advance()
    run.stop()
    run.take(taken)
    assert run.number == 0
    assert run.image is None
    run.resume()
    assert run.state == "stopped"
    run.close()


def test_a_change_is_seen_in_the_next_picture_and_marked(make):
    run = Run(make, WEIGHTS, 60, ENDLESS)
    heavy = WEIGHTS._replace(beta=2.0)
    seen = []

    def steer(run):
        seen.append((run.number, run.image))
        if len(seen) == 3:
            run.steer(heavy)
        if len(seen) == 4:
            run.pause()

    walk(run, steer)
    (before, old), (after, new) = seen[2:]
    assert run.marks == [(before, "β = 2")]
    assert after == before + 2  # measured anew, and one step taken
    assert np.abs(new - old).max() > 0.01
    assert run.weights == heavy
    assert run.transfer.weights.beta == 2.0


def test_another_transfer_goes_on_from_the_picture_at_hand(vgg, content, style, make):
    large = load_picture("flower", 64)

    def enlarged(at_hand):
        assert at_hand is not None
        start = resize_image(at_hand, large.shape[1:3])
        return StyleTransfer(large, style, vgg, start=start, levels=1)

    run = Run(make, WEIGHTS, 9, ENDLESS)
    walk(run, at_step(3, Run.pause))
    before = run.transfer.image
    run.change(enlarged, "64 px")
    run.resume()
    walk(run, lambda run: run.pause())
    assert run.image.shape == large.shape
    assert run.marks == [(3, "64 px")]
    change = np.abs(resize_image(run.image, before.shape[1:3]) - before).mean()
    assert change < np.abs(resize_image(large, before.shape[1:3]) - before).mean()


def test_alpha_and_beta_can_change_places(make):
    for first, second in (((1.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (1.0, 0.0))):
        run = Run(make, Weights(*first, EQUAL), 3, 3)
        walk(run, lambda run, second=second: run.steer(Weights(*second, EQUAL)))
        assert run.state == "resting"


def test_refused_weights_leave_the_last_good_ones(make):
    run = Run(make, WEIGHTS, 3, 3)
    with pytest.raises(ValueError, match="both 0"):
        run.steer(Weights(0.0, 0.0, EQUAL))
    assert walk(run).weights == WEIGHTS


def test_where_nothing_falls_any_more_the_run_rests_and_a_change_wakes_it(vgg, content):
    def make(at_hand):  # G is C already: J_content is 0
        return StyleTransfer(content, content, vgg, start="content", levels=1)

    run = walk(Run(make, Weights(1.0, 0.0, EQUAL), 60, ENDLESS))
    assert run.state == "resting"
    assert run.number < 60
    run.steer(Weights(0.0, 1.0, EQUAL))
    run.resume()
    assert run.state == "running"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "memory is full"),
        (tf.errors.ResourceExhaustedError(None, None, "OOM"), "memory is full"),
        (ValueError("content is too thin."), "Content is too thin."),
        (RuntimeError("odd"), "RuntimeError: odd"),
    ],
)
def test_an_error_halts_the_run_with_a_sentence_and_it_can_go_on(make, error, says):
    run = Run(make, WEIGHTS, 9, 9)
    sound = run.advance

    def broken():
        raise error

    walk(run, at_step(2, lambda run: setattr(run, "advance", broken)))
    assert run.state == "failed"
    assert says in run.message
    assert run.number == 2
    assert run.image is not None
    run.advance = sound
    run.resume()
    assert walk(run).state == "resting"
    assert run.message == ""
    assert run.number >= 9


def test_a_long_run_remembers_pictures_evenly(make):
    run = Run(make, WEIGHTS, 1)
    taken = run.advance()
    (step,) = taken.steps
    for n in range(2 * FRAMES + 10):
        picture = np.full_like(step.image, n / (2 * FRAMES + 10))
        run.take(taken._replace(steps=[step._replace(image=picture)]))
    shades = np.diff([frame.mean() for frame in run.frames])
    assert FRAMES / 2 <= len(run.frames) <= FRAMES
    assert np.ptp(shades) < 1.01  # 8 bits


def test_the_loop_stays_free_and_two_runs_do_not_disturb_each_other(make):
    alone = walk(Run(make, WEIGHTS, 4, 4)).terms["J"]
    threads, ticks = set(), []

    async def both():
        runs = [Run(make, WEIGHTS, 4, 4), Run(make, WEIGHTS, 4, 4)]
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


def test_the_line_of_python_makes_the_same_run(vgg, monkeypatch):
    monkeypatch.setattr("nst_helpers.transfer.load_vgg", lambda: vgg)
    weights = Weights(0.5, 0.02, dict(zip(STYLE_LAYERS, (0.1, 0.2, 0.3, 0.0, 0.123))))
    line = in_python('load_picture("flower", 48)', 'load_picture("great_wave", 48)', weights, 3)
    image, history = eval(line, vars(nst_helpers))
    pictures = load_picture("flower", 48), load_picture("great_wave", 48)
    run = walk(Run(lambda at_hand: StyleTransfer(*pictures, vgg), weights, 3, 3))
    np.testing.assert_allclose(history["J"], run.terms["J"], rtol=1e-3)
    assert image.shape == pictures[0].shape


# The widgets


def test_a_studio_shows_a_short_run_at_once(panel):
    data, metadata = panel.outputs()[0]
    kind = next(kind for kind in data if kind.startswith("image/"))
    assert len(data[kind]) > 10_000
    assert "style" in metadata[kind]["alt"]
    assert data["text/plain"].startswith("Style studio")


def test_start_runs_and_the_download_holds_the_settings(desk):
    before = desk.pictures["G"].children[0].value
    assert desk.go.description == "Start"
    desk.go.click()
    assert desk.run.state == "resting"
    assert desk.go.description == "Go on"
    assert "step 4 of 4" in desk.pace.value
    assert desk.pictures["G"].children[0].value != before
    data = desk.link.value.split("base64,")[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        settings = json.loads(picture.text["nst settings"])
        assert max(picture.size) == 48
    assert settings["steps"] == 4
    assert settings["lambdas"] == EQUAL


def test_a_slider_moved_after_the_end_wakes_the_run(desk):
    desk.go.click()
    assert desk.run.state == "resting"
    desk.beta.value = 2.0
    assert desk.run.number >= 8
    assert desk.run.marks == [(4, "β = 2")]
    assert "β = 2" in desk.curves.value


def test_another_size_goes_on_from_the_picture_at_hand(desk):
    desk.go.click()
    run = desk.run
    desk.size.value = 64
    assert desk.run is run
    assert run.number >= 8
    assert run.marks == [(4, "64 px")]
    assert max(run.image.shape) == 64
    assert "64)" in desk.code.value


def test_another_style_goes_on_and_another_content_keeps_the_picture(desk):
    desk.go.click()
    desk.style.value = "starry_night"
    assert desk.run.marks == [(4, "S: The Starry Night")]
    done = desk.run.number
    desk.content.value = "coffee"
    assert desk.run is None
    assert f"step {done}," in desk.kept.value
    data = desk.kept.value.split('href="data:image/png;base64,')[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert json.loads(picture.text["nst settings"])["content"] == "A flower"
    assert desk.go.description == "Start"


def test_another_number_of_steps_throws_nothing_away(desk):
    desk.go.click()
    desk.steps.value = 8
    assert desk.run.number == 4
    desk.go.click()
    assert desk.run.number >= 8


def test_start_over_keeps_the_picture(desk):
    desk.go.click()
    before = desk.kept.value
    desk.anew.click()
    assert desk.run is None
    assert desk.kept.value != before
    assert "step 4," in desk.kept.value
    assert desk.anew.disabled
    assert "href" not in desk.link.value


def test_the_button_pauses_and_goes_on(desk):
    desk.steps.value = 60

    async def play():
        desk.use_loop(asyncio.get_running_loop())
        desk.go.click()
        while desk.run is None or desk.run.number < 2:
            await asyncio.sleep(0.005)
        assert desk.go.description == "Pause"
        desk.go.click()
        while desk.run.state == "running" or not desk.idle:
            await asyncio.sleep(0.005)
        held = desk.run.number
        assert "Paused after step" in desk.status.value
        assert "href" in desk.link.value
        assert desk.go.description == "Go on"
        desk.beta.value = 0.1
        desk.go.click()
        while desk.run.number <= held:
            await asyncio.sleep(0.005)
        desk.go.click()
        while not desk.idle:
            await asyncio.sleep(0.005)
        return held

    try:
        held = asyncio.run(play())
    finally:
        desk.use_loop(None)
    assert desk.run.number > held
    assert desk.run.weights.beta == 0.1


def test_presets_set_the_sliders_and_undo_takes_them_back(desk):
    desk.only["block3_conv1"].click()
    values = {layer: one.value for layer, one in desk.lambdas.items()}
    assert values == {layer: float(layer == "block3_conv1") for layer in STYLE_LAYERS}
    desk.equal.click()
    assert {one.value for one in desk.lambdas.values()} == {0.2}
    desk.undo.click()
    assert desk.lambdas["block3_conv1"].value == 1.0
    desk.undo.click()
    assert {one.value for one in desk.lambdas.values()} == {0.2}
    assert desk.undo.disabled


def test_equal_say_gives_each_layer_the_same_share_as_the_default_does(desk):
    desk.equal_say.click()
    pictures = load_picture("flower", 48), load_picture("great_wave", 48)
    default = StyleTransfer(*pictures, desk.network).lambdas
    found = {layer: one.value for layer, one in desk.lambdas.items()}
    assert found == pytest.approx(default, rel=5e-3)
    desk.go.click()
    assert desk.run.weights.lambdas == found
    say = [values[0] for name, values in desk.run.terms.items() if "λ" in name]
    assert max(say) < 1.1 * min(say)


def test_undo_takes_back_a_whole_move_of_a_slider(desk, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(rooms.time, "monotonic", lambda: now[0])
    for value in (0.02, 0.05, 0.1):  # dragged
        now[0] += 0.1
        desk.beta.value = value
    now[0] += 60
    desk.beta.value = 1.0
    desk.undo.click()
    assert desk.beta.value == 0.1
    desk.undo.click()
    assert desk.beta.value == 0.01
    assert desk.weights == WEIGHTS


def test_undo_reaches_the_run(desk):
    desk.go.click()
    desk.beta.value = 2.0
    desk.undo.click()
    assert desk.run.weights == WEIGHTS
    assert [words for _, words in desk.run.marks] == ["β = 2", "β = 0.01"]


def test_weights_of_zero_are_told_and_nothing_breaks(desk):
    desk.alpha.value = 0.0
    desk.beta.value = 0.0
    assert "both 0" in desk.status.value
    desk.go.click()
    assert "both 0" in desk.status.value
    desk.beta.value = 0.01
    desk.go.click()
    assert desk.run.state == "resting"


def test_a_value_between_the_sliders_steps_takes_its_place(desk):
    slider = desk.lambdas["block1_conv1"]
    before = slider.options
    set_value(slider, 0.123)
    assert slider.value == 0.123
    values = [value for _, value in slider.options]
    assert values == sorted(values)
    assert len(values) == len(before) + 1
    set_value(slider, 0.2)
    assert slider.options == before


def test_the_line_of_python_says_what_is_chosen(desk):
    line = html.unescape(desk.code.value)
    assert 'load_picture("flower", 48), load_picture("great_wave", 48)' in line
    desk.beta.value = 2.0
    assert "beta=2," in desk.code.value
    desk.go.click()
    assert ".run(4)" in desk.code.value


def test_a_film_of_the_run_can_be_saved(desk):
    desk.go.click()
    desk.film.click()
    data = desk.film_link.value.split('href="data:image/webp;base64,')[1].split('"')[0]
    with Image.open(io.BytesIO(base64.b64decode(data))) as film:
        assert film.n_frames >= 4
        assert max(film.size) == 48
    desk.beta.value = 2.0  # the run went on: the film is old
    assert desk.film_link.value == ""


def file(content, name):
    """A file as ipywidgets 8 gives it."""
    return {
        "name": name,
        "type": "image/png",
        "size": len(content),
        "content": memoryview(content),
        "last_modified": datetime(2025, 1, 1),
    }


def upload(desk, kind, content, name="../../a picture.png"):
    uploader = desk.uploads[kind]
    if isinstance(uploader.value, dict):  # ipywidgets 7
        uploader.set_trait("value", {})
        uploader.set_trait("value", {name: {"metadata": {"name": name}, "content": content}})
    else:
        uploader.value = (file(content, name),)


def crimson(form="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", (60, 40), "crimson").save(stream, form)
    return stream.getvalue()


def test_uploads_are_understood_from_ipywidgets_7_and_8():
    assert received(()) is None
    assert received({}) is None
    assert received((file(b"new", "a/b.png"),)) == ("b.png", b"new")
    old = {"c:\\b.png": {"metadata": {"name": "c:\\b.png"}, "content": b"old"}}
    assert received(old) == ("b.png", b"old")
    assert received((file(b"", "\0\n"),))[0] == "your picture"
    assert len(received((file(b"", "x" * 400 + ".png"),))[0]) == 40


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_your_own_is_shown_confirmed_and_named(desk, form):
    count = desk.uploads["content"].description
    upload(desk, "content", crimson(form))
    assert desk.content.label == "a picture.png"
    assert "a picture.png" in desk.status.value
    assert "a picture.png" in desk.pictures["C"].children[1].value
    again = desk.uploads["content"].value
    if not isinstance(again, dict):  # ipywidgets 7 counts and forgets by itself, in the page
        assert desk.uploads["content"].description != count
        assert again == ()  # so that the same file can be chosen again
    assert "load_image(&#x27;a picture.png&#x27;, 48)" in desk.code.value
    with Image.open(io.BytesIO(desk.pictures["C"].children[0].value)) as shown:
        red, green, _ = shown.convert("RGB").getpixel((5, 5))
    assert red > 200 > 60 > green
    desk.go.click()
    assert desk.run.state == "resting"


def test_the_count_of_uploads_is_true(desk):
    before = desk.uploads["style"].count
    upload(desk, "style", crimson())
    upload(desk, "style", b"no picture")
    upload(desk, "style", crimson())
    assert desk.uploads["style"].count == before + 2
    if not isinstance(desk.uploads["style"].value, dict):  # ipywidgets 7 shows a count of its own
        assert desk.uploads["style"].description == f"Your own S ({before + 2})"


def test_the_page_hears_of_every_upload_good_or_bad(desk):
    seen = [desk.waiting.value]
    for content in (crimson(), b"no picture"):
        upload(desk, "content", content)
        seen.append(desk.waiting.value)
    assert len(set(seen)) == 3


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
def test_the_name_of_an_upload_is_only_ever_shown(desk, watched, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    written[:] = ["watching"]
    upload(desk, "content", crimson(), name)
    upload(desk, "style", b"no picture", name)
    desk.go.click()
    made = written[1:]
    (tmp_path / "seen").write_bytes(b"")
    noticed = len(written) > len(made) + 1
    written.clear()
    assert desk.run.state == "resting"
    assert made == []
    assert noticed, "the watch itself must work, else this test proves nothing"
    shown = [one.value for one in (desk.status, desk.link, desk.code, desk.kept, desk.waiting)]
    shown += [one.children[1].value for one in desk.pictures.values()]
    assert "<img onerror" not in str(shown)
    assert 'download="style_transfer.png"' in desk.link.value


def test_a_bad_upload_is_told_with_its_name_and_the_picture_stays(desk):
    before = desk.content.value, desk.pictures["C"].children[0].value
    upload(desk, "content", b"no picture at all", "holiday.png")
    assert "nst-trouble" in desk.status.value
    assert "“holiday.png”" in desk.status.value
    assert "not a picture" in desk.status.value
    assert (desk.content.value, desk.pictures["C"].children[0].value) == before


def test_a_view_that_leaves_the_page_pauses(desk, monkeypatch):
    monkeypatch.setattr(rooms, "GRACE", 0.0)
    desk.steps.value = 60

    async def leave():
        desk.use_loop(asyncio.get_running_loop())
        desk.panel._view_count = 2
        desk.go.click()
        while desk.run is None or desk.run.number < 2:
            await asyncio.sleep(0.005)
        desk.panel._view_count = 1
        while not desk.idle:
            await asyncio.sleep(0.005)
        return desk.run

    try:
        run = asyncio.run(leave())
    finally:
        desk.use_loop(None)
    assert run.state == "paused"
    assert run.number < 60


def test_a_panel_that_is_gone_from_the_page_frees_its_run(desk):
    desk.go.click()
    transfer = weakref.ref(desk.run.transfer)
    desk.panel._view_count = 0
    desk.left(1)
    gc.collect()
    assert transfer() is None
    assert "left the page" in desk.status.value
    desk.go.click()
    assert desk.run.state == "resting"


def test_running_the_cell_again_stops_its_old_studio(desk, vgg, monkeypatch):
    shell = SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": "the-cell"}})
    monkeypatch.setattr(rooms, "get_ipython", lambda: shell)
    first = style_studio(vgg).studio
    other = first.run
    second = style_studio(vgg).studio
    assert other.state == "stopped"
    assert second.run.state == "resting"


def test_every_control_has_a_label_and_a_tooltip(desk):
    controls = [
        desk.content, desk.style, desk.size, desk.steps, desk.alpha, desk.beta, desk.equal,
        desk.equal_say, desk.undo, desk.go, desk.anew, desk.film, desk.copy,
        *desk.uploads.values(), *desk.lambdas.values(), *desk.only.values(),
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
