"""Claims of notebook 03, each recomputed: if a number here changes, a sentence there is false.

Measured on the bundled VGG16 as the network for styles, at the notebook's own sizes.
"""

import numpy as np
import pytest

from nst_helpers import (
    STYLE_LAYERS,
    extractor,
    gram_matrix,
    gram_matrix_per_position,
    load_picture,
    load_vgg,
    receptive_field,
    resize_image,
    unroll,
)
from nst_helpers.style_matrix import strongest_pairs

CONV1, CONV2, CONV3, CONV4, CONV5 = STYLE_LAYERS


@pytest.fixture(scope="module")
def vgg():
    return load_vgg("vgg16")


@pytest.fixture(scope="module")
def extract(vgg):
    return extractor(vgg, STYLE_LAYERS)


@pytest.fixture(scope="module")
def wave():
    return load_picture("great_wave", size=192)


@pytest.fixture(scope="module")
def a_wave(extract, wave):
    return extract(wave)


@pytest.fixture(scope="module")
def a_cat(extract):
    return extract(load_picture("cat_chelsea", size=192))


@pytest.fixture(scope="module")
def a_larger(extract):
    return extract(load_picture("great_wave", size=384))


def change(G, G_new):
    return np.linalg.norm(G_new - G) / np.linalg.norm(G)


def changes(a, a_new):
    """How much each layer's style matrix changes, per position."""
    per_position = gram_matrix_per_position
    return np.array([change(per_position(a[n]), per_position(a_new[n])) for n in STYLE_LAYERS])


# Section 1


def test_two_channels_that_are_always_on_are_not_correlated_and_yet_their_entry_is_9():
    always = np.full((1, 2, 3, 2), 3.0)
    assert gram_matrix_per_position(always)[0, 1] == 9
    assert np.cov(unroll(always).numpy().T)[0, 1] == 0


def test_the_style_matrix_by_hand():
    a = np.array([[[[1.0, 3], [0, 0]], [[2, 1], [1, 0]]]])
    assert gram_matrix(a).numpy().tolist() == [[6, 5], [5, 10]]


# Section 2


def test_the_loops_of_conv2_1_would_add_up_eight_thousand_times_more_products(a_wave):
    _, n_H, n_W, n_C = a_wave[CONV2].shape
    assert round(n_H * n_W * n_C**2 / (12 * 16 * 8**2), -3) == 8000


def test_a_row_of_positions_finds_the_strip_on_both_sides_of_the_mountain(a_wave):
    _, n_H, n_W, _ = a_wave[CONV4].shape
    A = unroll(a_wave[CONV4]).numpy()
    row = (A @ A[9 * n_W + 16]).reshape(n_H, n_W)
    strip = row[9, 11:18]  # over the horizon, from left to right of the mountain
    assert strip.min() > 2.3 * np.median(row) and strip.max() == row.max()
    assert strip[:3].max() > 0.9 * row.max()  # the left is found as well as the right
    assert row[10, 14] < 0.6 * min(row[10, 12], row[10, 16])  # the mountain itself is not


def test_positions_by_positions_forgets_the_channels_and_would_take_gigabytes(extract, a_wave):
    A = unroll(a_wave[CONV5]).numpy().astype(float)
    exchanged = A[:, np.random.default_rng(0).permutation(A.shape[1])]
    np.testing.assert_allclose(exchanged @ exchanged.T, A @ A.T, rtol=1e-9)
    square = load_picture("great_wave", size=512)[:, :256, :256]
    positions = len(unroll(extract(square)[CONV1]))
    assert positions == 65536 and round(4 * positions**2 / 1e9) == 17  # GB of float32


# Section 3


def test_reshape_alone_keeps_shape_symmetry_and_the_sum_of_the_diagonal():
    a = np.random.default_rng(1).integers(0, 4, size=(1, 5, 4, 3))
    slip, right = a.reshape(3, 20) @ a.reshape(3, 20).T, gram_matrix(a).numpy()
    assert np.array_equal(slip, slip.T) and np.trace(slip) == np.trace(right) == 217
    assert not np.any(slip == right)


# Section 4


def test_the_diagonal_grows_about_fourfold_in_early_layers_and_less_in_late_ones(a_wave, a_larger):
    growth = [
        np.trace(gram_matrix(a_larger[n])) / np.trace(gram_matrix(a_wave[n])) for n in STYLE_LAYERS
    ]
    np.testing.assert_allclose(growth, [4.4, 4.1, 3.9, 3.5, 3.1], atol=0.06)
    entries = []
    for layer in STYLE_LAYERS:
        small, large = (gram_matrix(a[layer]).numpy() for a in (a_wave, a_larger))
        entries.append(np.median((large / (small + 1e-9))[small > np.median(small)]))
    np.testing.assert_allclose(entries, [4.2, 4.1, 3.7, 3.2, 2.7], atol=0.06)


def test_conv1_1_grows_by_what_was_blurred_before(extract, wave, a_wave, a_larger):
    blurred = extract(resize_image(wave, (258, 384)))[CONV1]
    trace = np.trace(gram_matrix(a_wave[CONV1]))
    assert np.trace(gram_matrix(blurred)) < 3.2 * trace < 4 * trace
    assert np.trace(gram_matrix(a_larger[CONV1])) > 4.2 * trace


def test_the_rank_is_the_number_of_positions_and_what_it_costs(extract):
    picture = load_picture("great_wave", size=512)
    for side, positions in ((128, 64), (256, 256)):
        A = unroll(extract(picture[:, :side, :side])[CONV5]).numpy().astype(float)
        assert np.linalg.matrix_rank(A.T @ A) == len(A) == positions
    A = unroll(extract(picture)[CONV5]).numpy().astype(float)
    values = np.linalg.eigvalsh(A.T @ A)[::-1]
    assert np.linalg.matrix_rank(A.T @ A) == 512 < len(A) == 672
    missed = [np.linalg.norm(values[r:]) / np.linalg.norm(values) for r in (16, 36, 64, 256)]
    np.testing.assert_allclose(missed, [0.178, 0.102, 0.060, 0.005], atol=0.001)


# Section 5


def test_shuffled_positions_change_nothing(a_wave):
    rows = np.random.default_rng(0).permutation(unroll(a_wave[CONV1]).numpy())
    shuffled = rows.reshape(a_wave[CONV1].shape)
    assert change(gram_matrix(a_wave[CONV1]), gram_matrix(shuffled)) < 1e-4


def test_shuffled_pixels_change_every_layer_but_not_the_colours(extract, wave, a_wave):
    confetti = np.random.default_rng(0).permutation(wave.reshape(-1, 3)).reshape(wave.shape)
    assert change(gram_matrix(wave), gram_matrix(confetti)) < 1e-4
    assert min(changes(a_wave, extract(confetti))) > 0.5


def test_shifted_mirrored_turned_enlarged(extract, vgg, wave, a_wave, a_cat, a_larger):
    shifted = changes(a_wave, extract(np.roll(wave, 16, axis=2)))
    mirrored = changes(a_wave, extract(wave[:, :, ::-1]))
    turned = changes(a_wave, extract(np.rot90(wave, axes=(1, 2))))
    larger, cat = changes(a_wave, a_larger), changes(a_wave, a_cat)
    between = np.stack([mirrored, larger])
    assert np.all(shifted < between) and np.all(between < turned) and np.all(turned < cat)
    by_5 = changes(a_wave, extract(np.roll(wave, 5, axis=2)))  # no whole number of steps
    assert np.all(by_5 < 1.1 * shifted)
    for four in (shifted, mirrored, turned, larger):
        assert np.argmax(four) == 4
    assert max(shifted[0], mirrored[0], larger[0]) < 0.13  # little in early layers
    np.testing.assert_allclose(mirrored[:2], 1 / 8, atol=0.015)
    assert min(turned[2:4] / cat[2:4]) > 0.8  # not much nearer than the cat
    assert receptive_field(vgg, CONV5).size > wave.shape[1]  # every window reaches the border


def test_without_borders_a_shift_by_whole_steps_changes_nothing(extract, wave):
    """8 pixels are half a step of conv5_1 and whole steps of the other layers."""

    def inner(picture):
        """The activations of the middle one of nine copies: no border is near."""
        found = {}
        for n, a in extract(np.tile(picture, (1, 3, 3, 1))).items():
            n_H, n_W = a.shape[1] // 3, a.shape[2] // 3
            found[n] = a[:, n_H : 2 * n_H, n_W : 2 * n_W]
        return found

    wave = wave[:, :128]  # whole steps, so that the copies are alike
    a_inner = inner(wave)
    assert changes(a_inner, inner(np.roll(wave, 16, axis=2))).max() < 1e-4
    by_8 = changes(a_inner, inner(np.roll(wave, 8, axis=2)))
    assert by_8[:4].max() < 1e-4
    assert by_8[4] == pytest.approx(0.08, abs=0.005)
    assert changes(a_inner, inner(wave[:, :, ::-1])).min() > 0.1


# Section 6


def test_most_entries_are_brighter_for_the_wave_than_for_the_cat(a_wave, a_cat):
    G_S, G_G = (gram_matrix_per_position(a[CONV1]).numpy() for a in (a_wave, a_cat))
    assert np.mean(G_S > G_G) > 0.7


def test_the_strongest_pair_of_the_wave_and_the_channel_that_makes_the_difference(a_wave, a_cat):
    G_S, G_G = (gram_matrix_per_position(a[CONV1]).numpy() for a in (a_wave, a_cat))
    pair = strongest_pairs(G_S, 1)[0][:2]
    assert G_S[pair] > 4 * G_G[pair]
    first, second = (np.mean(a_wave[CONV1][..., n]) / np.mean(a_cat[CONV1][..., n]) for n in pair)
    assert first > 2.5 and 0.8 < second < 1.25
    assert np.mean(a_cat[CONV1][..., pair[0]].numpy() < 30) > 0.5  # dark in more than half


def test_a_pair_that_goes_together_for_its_strength(a_wave):
    G = gram_matrix(a_wave[CONV3]).numpy()
    energy = np.diag(G)
    lively = np.flatnonzero(energy > np.median(energy))
    together = (G / np.sqrt(np.outer(energy, energy)))[np.ix_(lively, lively)]
    np.fill_diagonal(together, 0)
    assert 0.8 < together.max() < 0.9


def test_the_wave_is_nearer_to_the_starry_night_than_the_street_but_for_conv5_1(extract, a_wave):
    a_night, a_street = (
        extract(load_picture(name, size=192)) for name in ("starry_night", "village_street_auvers")
    )
    street, wave = changes(a_night, a_street), changes(a_night, a_wave)
    assert np.all(wave[:4] < street[:4])
    assert street[4] < wave[4] < street[4] + 0.1  # barely
    np.testing.assert_allclose((street[2], wave[2]), (0.97, 0.56), atol=0.006)
