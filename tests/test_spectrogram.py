"""The spectrogram against SciPy's and against single tones; the filters drawn by chance."""

import numpy as np
import pytest
import scipy.signal
import tensorflow as tf

from nst_helpers import gram_matrix, layer_style_cost, style_cost
from nst_helpers.reference import gram_matrix_loops
from nst_helpers.sound import RATE, faded, load_recording
from nst_helpers.spectrogram import (
    CONTRAST,
    FREQUENCIES,
    HOP,
    WIDTH,
    WINDOW,
    random_extractor,
    spectrogram,
    strongest_frequencies,
)


def tone(frequency, seconds=0.5, amplitude=1.0):
    return np.float32(
        amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * RATE)) / RATE)
    )


def test_it_agrees_with_scipy():
    sound = load_recording("tabla", 0.7)
    in_silence = np.pad(np.float64(sound), WINDOW)
    _, _, waves = scipy.signal.stft(
        in_silence, RATE, "hann", WINDOW, WINDOW - HOP, boundary=None, padded=False
    )
    expected = np.log1p(CONTRAST * 2 * np.abs(waves)) / np.log1p(CONTRAST)
    found = spectrogram(sound).numpy()
    assert found.shape == (1, 1, waves.shape[1], FREQUENCIES)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0, 0].T, expected, atol=2e-4)


@pytest.mark.parametrize("channel", [10, 64, 200])
def test_a_pure_tone_of_full_amplitude_is_one_in_its_channel(channel):
    found = spectrogram(tone(channel * RATE / WINDOW)).numpy()[0, 0, 4:-4]
    assert (found.argmax(axis=1) == channel).all()
    np.testing.assert_allclose(found[:, channel], 1, atol=1e-3)
    assert np.abs(found[:, [channel - 3, channel + 3]]).max() < 0.1


def test_silence_is_zero_and_has_a_slope():
    silence = tf.zeros(RATE)
    with tf.GradientTape() as tape:
        tape.watch(silence)
        total = tf.reduce_sum(spectrogram(silence))
    assert float(tf.reduce_max(spectrogram(silence))) < 1e-3
    assert np.isfinite(tape.gradient(total, silence)).all()


def test_a_sound_that_breaks_off_clicks():
    sound = np.full(RATE, 0.5, np.float32)
    broken, soft = (spectrogram(s).numpy()[0, 0, :, 50:] for s in (sound, faded(sound)))
    for edge in (slice(0, 5), slice(-5, None)):
        assert broken[edge].max() > 5 * soft[edge].max()
    assert broken[20:-20].max() < 1e-3


def test_its_gradient_is_that_of_finite_differences():
    sound = tf.constant(load_recording("guitar", 0.2))
    weights = np.random.default_rng(1).normal(size=spectrogram(sound).shape).astype(np.float32)

    def J(samples):
        return float(tf.reduce_sum(spectrogram(samples) * weights))

    with tf.GradientTape() as tape:
        tape.watch(sound)
        total = tf.reduce_sum(spectrogram(sound) * weights)
    gradient = tape.gradient(total, sound).numpy()
    direction = gradient / np.linalg.norm(gradient)
    h = 2e-4
    slope = (J(sound + h * direction) - J(sound - h * direction)) / (2 * h)
    assert slope == pytest.approx(np.linalg.norm(gradient), rel=0.02)


def test_the_random_layers_are_convolutions_over_time():
    sound = load_recording("bell", 0.5)
    block = random_extractor({"wide": 2}, filters=7, seed=3)(sound)["wide"].numpy()
    heard = spectrogram(sound).numpy()[0, 0]
    assert block.shape == (1, 1, len(heard), 7)
    assert (block >= 0).all()
    assert 0.2 < (block > 0).mean() < 0.8
    scale = np.sqrt(2 / (WIDTH * FREQUENCIES))
    kernel = np.random.default_rng(3).normal(0, scale, (1, WIDTH, FREQUENCIES, 7))[0]
    t, k = 20, 4
    by_hand = sum(heard[t + 2 * (n - WIDTH // 2)] @ kernel[n, :, k] for n in range(WIDTH))
    assert block[0, 0, t, k] == pytest.approx(max(by_hand, 0), abs=1e-4)


def test_the_picture_functions_take_a_sound():
    extract = random_extractor({"short": 1}, filters=5)
    a_S, a_G = extract(load_recording("bell", 0.3)), extract(load_recording("tabla", 0.4))
    G = gram_matrix(a_S["short"]).numpy()
    np.testing.assert_allclose(G, gram_matrix_loops(a_S["short"].numpy()), rtol=1e-4)
    assert float(layer_style_cost(a_S["short"], a_S["short"])) == 0
    assert float(style_cost(a_S, a_G, {"short": 1.0})) > 0


def test_the_seed_decides():
    sound = load_recording("vinyl", 0.3)
    blocks = [random_extractor(filters=3, seed=seed)(sound)["long"].numpy() for seed in (0, 0, 1)]
    np.testing.assert_array_equal(blocks[0], blocks[1])
    assert not np.allclose(blocks[0], blocks[2])


def test_the_shortest_sound_passes_all_layers():
    blocks = random_extractor(filters=3)(np.zeros(3200, np.float32))
    assert {block.shape[1:] for block in blocks.values()} == {(1, 30, 3)}


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"spreads": None}, TypeError),
        ({"spreads": {}}, TypeError),
        ({"spreads": [1, 4]}, TypeError),
        ({"spreads": {"short": 0}}, ValueError),
        ({"spreads": {"long": 99}}, ValueError),
        ({"spreads": {"short": 1.5}}, ValueError),
        ({"filters": 0}, ValueError),
        ({"seed": -1}, ValueError),
    ],
)
def test_impossible_layers_are_refused(options, error):
    with pytest.raises(error, match=r"expected"):
        random_extractor(**options)


@pytest.mark.parametrize("bad", [None, np.zeros((RATE, 2)), np.zeros(100), np.full(RATE, np.nan)])
def test_what_is_no_sound_is_refused(bad):
    for function in (spectrogram, random_extractor(filters=2)):
        with pytest.raises((TypeError, ValueError), match="sound"):
            function(bad)


def test_the_strongest_frequency_is_the_tones():
    sound = np.concatenate([tone(312.5), 0.3 * tone(1000.0)]) + 0.05 * tone(3000.0, 1.0)
    found = strongest_frequencies(spectrogram(sound / 1.1))
    assert found.shape == (spectrogram(sound / 1.1).shape[2],)
    assert (found[10:50] == 312.5).all()
    assert (found[-50:-10] == 1000).all()
    with pytest.raises(ValueError, match="shape"):
        strongest_frequencies(np.zeros((1, 3, 10, FREQUENCIES)))
