"""One meaning each of a whole number, a number, a share, a choice and an array of a form."""

import fractions
import inspect

import numpy as np
import pytest
import tensorflow as tf

from nst_helpers import refusals
from nst_helpers.refusals import (
    array,
    choice,
    dictionary,
    known,
    nearest,
    number,
    said,
    share,
    whole_number,
)

NO_WHOLE_NUMBERS = [
    True,
    np.True_,
    1.0,
    np.float64(1),
    "1",
    b"1",
    None,
    [1],
    np.array(1),
    np.array([1]),
    1j,
    float("nan"),
    fractions.Fraction(1),
    tf.constant(1),
]


@pytest.mark.parametrize("value", [3, *(kind(3) for kind in (np.int8, np.uint8, np.int64))])
def test_whole_numbers_are_pythons_and_numpys(value):
    found = whole_number(value, "n", 3, 3)
    assert found == 3
    assert type(found) is int, "NumPy's small ones run over"


@pytest.mark.parametrize("value", NO_WHOLE_NUMBERS, ids=repr)
@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((), "expected a whole number from 0 on."),
        ((1,), "expected a whole number above 0."),
        ((2,), "expected a whole number from 2 on."),
        ((0, 7), "expected a whole number, 0 to 7."),
        ((2, 8192, "pixels"), "expected a whole number, 2 to 8192 pixels."),
    ],
)
def test_what_is_no_whole_number(value, bounds, expected):
    with pytest.raises(ValueError, match=r"^n is ") as caught:
        whole_number(value, "n", *bounds)
    assert str(caught.value).endswith(expected)


@pytest.mark.parametrize(
    ("value", "bounds", "expected"),
    [
        (-1, (), "n is -1, expected a whole number from 0 on."),
        (0, (1,), "n is 0, expected a whole number above 0."),
        (8, (0, 7, "in this layer"), "n is 8, expected 0 to 7 in this layer."),
        (np.int8(-1), (0, 7), f"n is {np.int8(-1)!r}, expected 0 to 7."),
    ],
)
def test_whole_numbers_out_of_bounds(value, bounds, expected):
    with pytest.raises(ValueError, match=r"^n is ") as caught:
        whole_number(value, "n", *bounds)
    assert str(caught.value) == expected


def test_giants_are_refused_in_one_line():
    for giant in (10**400, 10**5000):
        for call in (lambda g=giant: whole_number(g, "n", 0, 7), lambda g=giant: number(g, "n")):
            with pytest.raises(ValueError, match="n is ") as caught:
                call()
            assert len(str(caught.value)) < 200
    assert whole_number(10**400, "n") == 10**400


@pytest.mark.parametrize("value", [0, 2, 0.5, np.float16(2), np.int8(3), np.array(1.5), 3e38])
def test_numbers_are_handed_back_as_they_are(value):
    assert number(value, "alpha") is value


def test_a_tensor_stays_a_tensor_also_inside_a_graph():
    given = tf.constant(2.0, tf.float64)
    assert number(given, "alpha") is given
    assert float(tf.function(lambda x: number(x, "alpha") * 2)(given)) == 4


@pytest.mark.parametrize(
    ("value", "kind", "message"),
    [
        (-0.5, ValueError, "alpha is -0.5, expected a finite number ≥ 0 that float32 can hold."),
        (float("nan"), ValueError, "alpha is nan, expected a finite number"),
        (np.inf, ValueError, "alpha is inf, expected a finite number"),
        (1e39, ValueError, "alpha is 1e[+]39, expected a finite number"),
        (True, TypeError, "alpha is True, expected a number ≥ 0."),
        (np.False_, TypeError, "alpha is .*False.*, expected a number ≥ 0."),
        ("2", TypeError, "alpha is '2', expected a number"),
        (b"2", TypeError, "alpha is b'2', expected a number"),
        (None, TypeError, "alpha is None, expected a number"),
        ([1, 2], TypeError, "expected a number"),
        (1j, TypeError, "expected a number"),
    ],
)
def test_what_is_no_number(value, kind, message):
    for options in ({}, {"above_zero": True}):
        with pytest.raises(kind, match=message.replace("≥ 0", "(≥|above) 0")):
            number(value, "alpha", **options)


@pytest.mark.parametrize("value", [0, 0.0, -0.0, tf.constant(0)])
def test_zero_where_it_must_be_above(value):
    assert number(value, "rate") is value
    with pytest.raises(ValueError, match=r"rate is -?0\.0, expected a number above 0\."):
        number(value, "rate", above_zero=True)


@pytest.mark.parametrize("value", [-1e-9, 1.1, np.nan, "half", None, True, [0.5]])
def test_shares(value):
    with pytest.raises(ValueError, match=r"together is .+, expected a share from 0 to 1\."):
        share(value, "together")
    assert [share(x, "together") for x in (0, 0.25, np.float32(1))] == [0, 0.25, 1]


@pytest.mark.parametrize("value", ["Adam", "", None, 3, ["adam"], b"adam"])
def test_choices(value):
    with pytest.raises(ValueError, match=r"optimiser is .+; choose from adam, l-bfgs, or a call"):
        choice(value, "optimiser", {"adam": 1, "l-bfgs": 2}, "a call")
    assert choice("adam", "optimiser", ("adam",)) == "adam"


def test_names_that_may_have_been_meant():
    known = ["block1_conv1", "block1_conv2", "flower"]
    assert nearest("flowre", known) == "Did you mean flower?"
    assert nearest("block1_conv", known) == "Did you mean block1_conv2 or block1_conv1?"
    assert nearest(None, known) == "Choose from block1_conv1, block1_conv2, flower."


def test_keys_of_a_table():
    table = {"flower": 1, "coffee": 2}
    assert known("flower", table, "There is no picture") == "flower"
    for value in ("flowre", None, ["flower"], ("a", []), np.ones(3), tf.ones(3), {}, 3, "f" * 999):
        with pytest.raises(ValueError, match=r"^There is no picture .+\. (Did|Choose)") as caught:
            known(value, table, "There is no picture")
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("value", [None, [1], "flower", {1, 2}])
def test_dictionaries(value):
    message = r"a_S is \w+, expected a dictionary \{layer: block\}\."
    with pytest.raises(TypeError, match=message):
        dictionary(value, "a_S", "{layer: block}")
    assert dictionary({}, "a_S", "{layer: block}") == {}


@pytest.mark.parametrize(
    ("value", "form", "kind", "message"),
    [
        (np.ones((2, 3)), ("n_C", "n_C"), ValueError, r"G has shape \(2, 3\), expected \(n_C, n_C"),
        (np.ones((2, 3)), (1, "n"), ValueError, r"expected \(1, n\)\."),
        (np.ones((2, 3)), ("n",), ValueError, r"expected \(n,\)\."),
        (np.ones((2, 0)), ("n", "m"), ValueError, r"G has shape \(2, 0\)"),
        (5, ("n",), ValueError, r"G has shape \(\)"),
        (None, ("n",), TypeError, r"G is NoneType, expected an array of numbers \(n,\)\."),
        ([[1], [1, 2]], ("n", "m"), TypeError, "G is list"),
        (["1"], ("n",), TypeError, "G is list"),
        ([1j], ("n",), TypeError, "G is list"),
        ({}, ("n",), TypeError, "G is dict"),
    ],
)
def test_arrays_of_another_form(value, form, kind, message):
    with pytest.raises(kind, match=message):
        array(value, "G", *form)


def test_arrays_of_a_form():
    for value in (np.ones((1, 2, 2), int), tf.ones((1, 2, 2)), [[[1, 1], [1, 1]]]):
        found = array(value, "a", 1, "n", "n")
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, np.ones((1, 2, 2)))


def test_what_is_said_is_short_and_never_fails():
    class Mute:
        def __repr__(self):
            raise RuntimeError("no words")

    assert said("flower") == "'flower'"
    assert said(np.zeros((9, 99))).startswith("array([[0.")
    assert max(len(said(x)) for x in (np.zeros((99, 99)), "x" * 999, 10**5000, Mute())) <= 80


def test_every_refusal_is_tested_here():
    own = {
        n
        for n, f in inspect.getmembers(refusals, inspect.isfunction)
        if f.__module__ == refusals.__name__
    }
    assert own == {
        "array", "choice", "dictionary", "known", "nearest", "number", "said", "share",
        "whole_number",
    }  # fmt: skip
