"""Spectrograms, players and the cube."""

import base64
import io
import re

import numpy as np
import pytest
import soundfile
from matplotlib.backends.backend_agg import FigureCanvasAgg

from nst_helpers.figures import plot_cube
from nst_helpers.figures.sounds import play, plot_spectrograms
from nst_helpers.sound import RATE, load_recording
from nst_helpers.spectrogram import spectrogram


def pixels(figure):
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3]


def test_spectrograms_are_upright_in_seconds_and_kilohertz():
    tone = 0.9 * np.sin(2 * np.pi * 1000 * np.arange(RATE) / RATE)
    figure = plot_spectrograms({"a tone": spectrogram(tone), "a bell": spectrogram(tone / 9)})
    assert [axis.get_title() for axis in figure.axes] == ["a tone", "a bell"]
    image = figure.axes[0].images[0]
    left, right, bottom, top = image.get_extent()
    assert (left, bottom, top) == (0, 0, 8)
    assert 1 <= right <= 1.1
    brightness = np.asarray(image.get_array()).sum(axis=-1)
    assert image.origin == "lower"
    # The tone of 1 kHz lies at an eighth of the height.
    assert abs(brightness[:, 60].argmax() / len(brightness) - 1 / 8) < 0.01
    assert brightness.max() > np.asarray(figure.axes[1].images[0].get_array()).sum(axis=-1).max()


@pytest.mark.parametrize("bad", [None, {}, [1], {"x": np.zeros((1, 2, 9, 257))}, {"x": "bell"}])
def test_what_is_no_spectrogram_is_not_drawn(bad):
    with pytest.raises((TypeError, ValueError)):
        plot_spectrograms(bad)


def shown(monkeypatch):
    found = []
    monkeypatch.setattr("nst_helpers.figures.sounds.display", lambda data, raw: found.append(data))
    return found


def test_the_players_hold_the_sounds(monkeypatch):
    found = shown(monkeypatch)
    bell = load_recording("bell", 1.5)
    play({"the bell": bell, "soft & <b>low</b>": bell / 3})
    (data,) = found
    assert data["text/plain"].startswith("Sounds: the bell (1.5 s); soft")
    page = data["text/html"]
    assert page.count("<audio controls") == 2
    assert 'aria-label="the bell"' in page
    assert "<b>" not in page
    for encoded in re.findall(r"base64,([^\"]+)", page):
        sound, rate = soundfile.read(io.BytesIO(base64.b64decode(encoded)))
        assert rate == RATE
        assert abs(len(sound) / rate - 1.5) < 0.2
    assert len(page) < 40_000


@pytest.mark.parametrize("bad", [None, {}, [np.zeros(RATE)], {"x": None}, {"x": np.zeros(9)}])
def test_what_is_no_sound_is_not_played(bad, monkeypatch):
    found = shown(monkeypatch)
    with pytest.raises((TypeError, ValueError)):
        play(bad)
    assert not found


def test_the_cube_shows_its_faces_and_its_inside():
    # Red outside on the front, green on top, blue at the right; yellow within.
    volume = np.zeros((1, 8, 8, 8, 3))
    volume[..., :2] = 1
    volume[0, 0] = (1, 0, 0)
    volume[0, :, 0] = (0, 1, 0)
    volume[0, :, :, -1] = (0, 0, 1)
    drawn = pixels(plot_cube(volume)).reshape(-1, 3) / 255
    without = pixels(plot_cube(volume, cut=0)).reshape(-1, 3) / 255

    def share(colours, colour):
        light = colours / np.maximum(colours.max(axis=1, keepdims=True), 1e-9)
        return (np.abs(light - colour).max(axis=1) < 0.1).mean()

    for colour in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
        assert share(drawn, colour) > 0.01  # each version of Matplotlib shades in its own way
        assert share(without, colour) > share(drawn, colour)
    assert share(drawn, (1, 1, 0)) > 0.01
    assert share(without, (1, 1, 0)) < 0.002


@pytest.mark.parametrize(
    ("volume", "options"),
    [
        (None, {}),
        (np.zeros((8, 8, 8, 3)), {}),
        (np.zeros((1, 8, 8, 8, 3)), {"cut": 1}),
        (np.zeros((1, 8, 8, 8, 3)), {"cut": -0.1}),
        (np.zeros((1, 8, 8, 8, 3)), {"cut": "half"}),
        (np.zeros((1, 8, 8, 8, 3)), {"cut": np.nan}),
    ],
)
def test_what_is_no_cube_is_not_drawn(volume, options):
    with pytest.raises((TypeError, ValueError)):
        plot_cube(volume, **options)


def test_a_flat_block_is_drawn_too():
    assert pixels(plot_cube(np.full((1, 2, 9, 5, 3), 0.5))).std() > 0
