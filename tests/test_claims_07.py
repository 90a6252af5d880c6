"""What notebook 07 says of its numbers, computed again; all of it but the long searches."""

import numpy as np
import pytest

from nst_helpers import extractor, gram_matrix, layer_style_cost, load_picture, style_cost
from nst_helpers.descent import minimise
from nst_helpers.reference import gram_matrix_loops
from nst_helpers.sound import RATE, at_loudness, faded, load_recording
from nst_helpers.spectrogram import HOP, WINDOW, random_extractor, spectrogram

NAMES = ["tabla", "vinyl", "bell", "guitar"]


@pytest.fixture(scope="module")
def recordings():
    return {name: load_recording(name, seconds=4) for name in NAMES}


@pytest.fixture(scope="module")
def extract():
    return random_extractor({"short": 1, "long": 4}, filters=512, seed=0)


def equal_say(a_S):
    """As the notebook has it: λ^[l] ∝ 1/J, measured where nothing is active."""
    J_layers = {layer: float(layer_style_cost(a, 0 * a)) for layer, a in a_S.items()}
    return {layer: 1 / (len(J_layers) * J) for layer, J in J_layers.items()}


def test_a_sound_is_a_block_and_its_style_matrix_is_the_pictures(recordings):
    """Sections 1 and 2."""
    heard = spectrogram(recordings["bell"])
    assert recordings["bell"].shape == (4 * RATE,)
    assert heard.shape == (1, 1, 505, 257)
    few = heard[..., 40:52]
    by_loops = gram_matrix_loops(few)
    assert np.abs(by_loops - gram_matrix(few)).max() < 5e-6 * by_loops.max()


def test_the_bells_three_lines_and_the_one_that_is_gone_after_a_second(recordings):
    """Section 1: 1.3 and 3.7 kHz ring on, 6.8 kHz does not."""
    heard = np.asarray(spectrogram(recordings["bell"]))[0, 0]
    low, middle, high = (heard[:, round(hertz / 31.25)] for hertz in (1312, 3656, 6750))
    early, late = int(0.5 * RATE / HOP), int(1.2 * RATE / HOP)
    assert high[early] > 0.1 > 0.02 > high[late]
    assert min(low[late], middle[late]) > 0.04


def test_a_filter_hears_a_tenth_and_a_third_of_a_second():
    """Section 2, the network."""
    heard = [((11 - 1) * spread * HOP + WINDOW) / RATE for spread in (1, 4)]
    assert heard == pytest.approx([0.1, 0.33], abs=0.03)


def test_six_of_eight_halves_find_their_own_other_half(recordings, extract):
    """Section 2: at one loudness. The bell's first half and the guitar's second do not."""

    def heard_half(sound):
        return extract(at_loudness(faded(sound), 0.06))["short"]

    first = [heard_half(sound[: 2 * RATE]) for sound in recordings.values()]
    second = [heard_half(sound[2 * RATE :]) for sound in recordings.values()]
    costs = np.array([[float(layer_style_cost(b, a)) for a in first] for b in second])
    to_first = [NAMES[n] for n in costs.argmin(axis=0)]
    to_second = [NAMES[n] for n in costs.argmin(axis=1)]
    assert to_first == ["tabla", "vinyl", "tabla", "guitar"]
    assert to_second == ["tabla", "vinyl", "bell", "tabla"]
    assert 0.8 < costs[3, 0] / costs[3, 3] < 1, "a tie"


def test_silence_costs_1_and_both_layers_have_an_equal_say_there(recordings, extract):
    """Section 3."""
    a_S, silence = extract(recordings["tabla"]), extract(np.zeros(RATE, "float32"))
    lambdas = equal_say(a_S)
    assert float(style_cost(a_S, silence, lambdas)) == pytest.approx(1, abs=0.01)
    assert float(style_cost(a_S, a_S, lambdas)) == 0
    for layer, weight in lambdas.items():
        share = weight * float(layer_style_cost(a_S[layer], silence[layer]))
        assert share == pytest.approx(0.5, abs=0.01)


def test_twice_as_much_of_the_same_is_the_same_style():
    """Section 4: the cost compares per position, so how long S is changes nothing."""
    rng = np.random.default_rng(0)
    a_S, a_G = (rng.random((1, 1, n, 8), dtype="float32") for n in (30, 50))
    once, twice = (layer_style_cost(a, a_G) for a in (a_S, np.tile(a_S, (1, 1, 2, 1))))
    assert float(twice) == pytest.approx(float(once), rel=1e-4)


def test_a_crackle_is_three_times_the_hiss(recordings):
    """Section 3: on the scale of the spectrogram."""
    frames = np.mean(spectrogram(recordings["vinyl"]), axis=(0, 1, 3))
    assert frames.max() / np.median(frames) == pytest.approx(3.1, abs=0.2)


def test_a_texture_comes_nearer_from_faint_noise(recordings, extract):
    """Section 3, of one second and a few steps."""
    a_S = extract(recordings["vinyl"][:RATE])
    lambdas = equal_say(a_S)
    noise = np.clip(np.random.default_rng(1).normal(0, 0.02, RATE), -1, 1)
    _, history = minimise(
        lambda x: style_cost(a_S, extract(x), lambdas), noise, 12, -1, 1, progress=False
    )
    assert history.min() < history[0] / 10


def test_the_layers_of_the_solid_have_an_equal_say_as_the_sounds_do(real_vgg):
    """Section 5."""
    layers = ["block1_conv1", "block2_conv1", "block3_conv1"]
    a_S = extractor(real_vgg, layers)(load_picture("starry_night", size=72))
    lambdas = equal_say(a_S)
    terms = [lambdas[layer] * float(layer_style_cost(a, 0 * a)) for layer, a in a_S.items()]
    np.testing.assert_allclose(terms, 1 / 3, rtol=1e-5)


def test_late_layers_have_few_positions_in_a_slice(real_vgg):
    """Section 5: why three layers are enough."""
    late = ["block4_conv1", "block5_conv1"]
    see = extractor(real_vgg, late)(np.zeros((1, 40, 40, 3), "float32"))
    assert [tuple(see[layer].shape[1:3]) for layer in late] == [(5, 5), (2, 2)]
