"""Down any J: known minima, bounds, interrupts, and functions that are no J."""

import os
import signal

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers.descent import minimise


def test_it_finds_a_minimum_inside_the_bounds(capsys):
    goal = np.random.default_rng(0).uniform(-0.9, 0.9, (3, 4, 2)).astype(np.float32)
    found, history = minimise(
        lambda x: tf.reduce_sum(tf.square(x - goal)), np.zeros((3, 4, 2)), 30, -1, 1
    )
    assert found.shape == goal.shape
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, goal, atol=1e-3)
    assert history[0] == pytest.approx(np.sum(goal**2), rel=1e-5)
    assert len(history) <= 30
    assert "J = " in capsys.readouterr().out


def test_it_stays_within_the_bounds(capsys):
    found, _ = minimise(lambda x: tf.reduce_sum(x), np.full(5, 0.7), 20, 0.5, 0.8, progress=False)
    np.testing.assert_allclose(found, 0.5, atol=1e-6)
    assert capsys.readouterr().out == ""


def test_the_best_is_returned_and_counted():
    seen = []

    def J(x):
        cost = tf.reduce_sum(tf.square(x - 0.3)) + tf.reduce_sum(tf.sin(40 * x)) / 10
        tf.py_function(lambda c: seen.append(float(c)), [cost], [])
        return cost

    best, history = minimise(J, np.linspace(0.2, 0.9, 6), 12, progress=False)
    assert len(history) == len(seen) <= 12
    np.testing.assert_allclose(history, seen, rtol=1e-6)
    assert float(J(tf.constant(best))) == pytest.approx(history.min(), rel=1e-5)


def test_an_interrupt_keeps_the_best():
    def J(x):
        tf.py_function(lambda: os.kill(os.getpid(), signal.SIGINT), [], [])
        return tf.reduce_sum(tf.square(x))

    best, history = minimise(J, np.ones(4), 50, progress=False)
    assert len(history) == 1
    assert (best == 1).all()


@pytest.mark.parametrize(
    ("J", "error", "words"),
    [
        (None, TypeError, "J is None"),
        (lambda x: x, ValueError, "expected one number"),
        (lambda x: tf.constant(1.0), ValueError, "does not depend"),
        (lambda x: tf.reduce_sum(x) * np.nan, ValueError, "not finite at the start"),
    ],
)
def test_what_is_no_J_is_refused(J, error, words):
    with pytest.raises(error, match=words):
        minimise(J, np.full(3, 0.5), 5, progress=False)


@pytest.mark.parametrize(
    ("start", "options", "words"),
    [
        ("noise", {}, "start is str"),
        (np.zeros(0), {}, "finite numbers"),
        (np.full(3, np.nan), {}, "finite numbers"),
        (np.full(3, 2.0), {}, "expected 0.0 to 1.0"),
        (np.zeros(3), {"low": 1, "high": 1}, "low below high"),
        (np.zeros(3), {"steps": 0}, "steps is 0"),
        (np.zeros(3), {"steps": 2.5}, r"steps is 2\.5"),
    ],
)
def test_impossible_starts_are_refused(start, options, words):
    options = {"steps": 3} | options
    with pytest.raises((TypeError, ValueError), match=words):
        minimise(tf.reduce_sum, start, progress=False, **options)


def test_where_J_stops_being_finite_the_best_is_kept():
    best, history = minimise(
        lambda x: tf.reduce_sum(tf.math.log(x)), np.full(3, 0.5), 40, progress=False
    )
    assert np.isfinite(history).all()
    assert np.isfinite(best).all()
