"""How an exercise's answer is judged: compared on several inputs, and recognised where wrong.

An exercise is a right function, the inputs to compare on, and a table of the usual mistakes,
each a function too. A mistake is recognised by its values: an answer that gives on every input
what the mistake gives *is* that mistake, however it was written.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from nst_helpers.exercises.verdict import Verdict
from nst_helpers.languages import N_, _

NUMPY_STOPS = N_("NumPy where gradients must flow")
IN_PLACE = N_("argument changed in place")
REMEMBERS = N_("something kept from the call before")
RTOL = 2e-5  # room for float32, not for a forgotten term


class Mistake(NamedTuple):
    """A wrong answer that is met again and again, and what helps against it."""

    function: Callable
    advice: str


class Exercise(NamedTuple):
    """All that is needed to judge an answer; see the module's docstring.

    Without arguments it asks for a value to be typed in, and there is one case, the empty one.
    `canonical` brings a result to the one form in which it is compared.
    """

    name: str
    title: str
    question: str
    arguments: tuple[str, ...]
    cases: tuple[tuple, ...]
    right: Callable
    mistakes: Mapping[str, Mistake]
    praise: str
    differentiable_in: int | None = None
    canonical: Callable = np.asarray
    expected: str = "numbers"


class _Outcome(NamedTuple):
    """What one call gave: numbers, or the sentence that says why there are none."""

    value: np.ndarray | None
    problem: str | None = None
    changed: bool = False
    needs_numpy: bool = False


def judge(exercise: Exercise, answer: Any) -> Verdict:
    """Say whether an answer is right, and if not, which misunderstanding it shows.

    Parameters
    ----------
    exercise : Exercise
        What was asked.
    answer : callable, or a value where the exercise has no arguments
        The student's function. Whatever it raises is caught and told in a sentence.

    Returns
    -------
    Verdict
        `mistake` is None unless a usual one was recognised.
    """
    if answer is None or answer is ...:
        return _not_attempted(_("my_{name} is empty.").format(name=exercise.name))
    if not exercise.arguments:
        return _judge_value(exercise, answer)
    if not callable(answer):
        told = _("my_{name} is {type}, expected a function.")
        return _wrong(told.format(name=exercise.name, type=type(answer).__name__))
    return _judge_function(exercise, answer)


def _judge_value(exercise: Exercise, value: Any) -> Verdict:
    if _has_gap(value):
        return _not_attempted(_("my_{name} still has an empty place.").format(name=exercise.name))
    return _judge_function(exercise, lambda: value)


def _judge_function(exercise: Exercise, answer: Callable) -> Verdict:
    # The first case comes again at the end: an answer must not remember earlier calls.
    cases = (*exercise.cases, exercise.cases[0])
    outcomes = [_call(exercise, answer, case) for case in cases]
    # Only an array can be changed, so every answer is given arrays as well.
    changes = any(_attempt(exercise, answer, case, np.array).changed for case in exercise.cases)
    if all(outcome.problem == "nothing" for outcome in outcomes):
        return _not_attempted(_("my_{name} returns nothing (None).").format(name=exercise.name))
    if changes:
        return _wrong(
            _(
                "The function changed what it was given, and whoever uses that afterwards finds "
                "other numbers. Put your result into something new. (Of NumPy arrays, `a -= b` "
                "changes `a`; `a = a - b` does not.)"
            ),
            IN_PLACE,
        )
    truths = [np.asarray(exercise.canonical(exercise.right(*case))) for case in cases]
    agrees = [_same(o.value, truth) for o, truth in zip(outcomes, truths, strict=True)]
    if not all(agrees):
        return _say_what_is_wrong(exercise, cases, outcomes, truths, agrees)
    if exercise.differentiable_in is not None:
        problem = _gradient_problem(exercise, answer, outcomes)
        if problem:
            return problem
    note = ""
    if any(outcome.needs_numpy for outcome in outcomes):
        note = " " + _("(It works on NumPy arrays only: give it a.numpy() where a is a tensor.)")
    return Verdict(True, None, _(exercise.praise) + note)


def _say_what_is_wrong(exercise, cases, outcomes, truths, agrees) -> Verdict:
    place = agrees.index(False)
    if place == len(cases) - 1:
        return _wrong(
            _(
                "Called twice with the same input, the function gives two results. Does it add to "
                "something that was made outside of it?"
            ),
            REMEMBERS,
        )
    evidence = _evidence(exercise, cases[place], outcomes[place], truths[place])
    for name, mistake in exercise.mistakes.items():
        expected = [_attempt(exercise, mistake.function, case) for case in cases]
        if _alike(outcomes, expected):
            return _wrong(f"{evidence}\n{_(mistake.advice)}", name)
    factors = [_factor(o.value, truth) for o, truth in zip(outcomes, truths, strict=True)]
    if all(factors) and np.allclose(factors, factors[0], rtol=RTOL):
        told = _("All your values are {factor:.4g} times the right ones.")
        evidence += "\n" + told.format(factor=factors[0])
    elif all(factors) and truths[0].size > 1:
        told = _(
            "All your values are {factor:.4g} times the right ones, on the next input "
            "{next:.4g} times. What is it that you divide or multiply by?"
        )
        evidence += "\n" + told.format(factor=factors[place], next=factors[place + 1])
    return _wrong(evidence)


def _call(exercise: Exercise, answer: Callable, case: tuple) -> _Outcome:
    """Call the answer with tensors; where it cannot take them, with NumPy arrays."""
    with_tensors = _attempt(exercise, answer, case, tf.constant)
    if with_tensors.problem in (None, "nothing") or not any(map(_is_array, case)):
        return with_tensors
    with_arrays = _attempt(exercise, answer, case, np.array)
    return with_tensors if with_arrays.problem else with_arrays._replace(needs_numpy=True)


def _attempt(exercise, function, case, convert: Callable = np.asarray) -> _Outcome:
    single = [arg.astype(np.float32) if _is_array(arg) else arg for arg in case]
    given = [convert(arg) if _is_array(arg) else copy.deepcopy(arg) for arg in single]
    try:
        with np.errstate(all="ignore"):
            value = function(*given)
    except NotImplementedError:
        return _Outcome(None, "nothing")
    except (Exception, SystemExit) as error:
        told = _("it stopped with {error}: {message}")
        told = told.format(error=type(error).__name__, message=_in_short(error))
        return _Outcome(None, told)
    if value is None or value is ... or value is NotImplemented:
        return _Outcome(None, "nothing")
    changed = any(
        not np.array_equal(before, np.asarray(after)) if _is_array(before) else before != after
        for before, after in zip(single, given, strict=True)
    )
    try:
        number = np.asarray(exercise.canonical(value))
        if number.dtype.kind == "O":  # such as Python's fractions
            number = number.astype(np.float64)
        if number.dtype.kind in "iuf":
            return _Outcome(number.astype(np.float64), None, changed)
    except Exception:
        pass  # no numbers, or not in the form that is asked for
    problem = _("the result is {type}, expected {expected}")
    problem = problem.format(type=type(value).__name__, expected=_(exercise.expected))
    return _Outcome(None, problem, changed)


def _same(value: np.ndarray | None, truth: np.ndarray) -> bool:
    """Compare with room for float32's rounding only; another shape is another value."""
    if value is None or value.shape != truth.shape:
        return False
    largest = float(np.max(np.abs(truth), initial=0))
    return bool(np.allclose(value, truth, rtol=RTOL, atol=1e-6 * largest))


def _alike(outcomes: list[_Outcome], expected: list[_Outcome]) -> bool:
    """Compare the outcomes with a mistake's; both may fail on the same inputs."""
    pairs = list(zip(outcomes, expected, strict=True))
    both = [(o.value, e.value) for o, e in pairs if o.value is not None and e.value is not None]
    one_only = any((o.value is None) != (e.value is None) for o, e in pairs)
    return bool(both) and not one_only and all(_same(mine, theirs) for mine, theirs in both)


def _factor(value: np.ndarray | None, truth: np.ndarray) -> float | None:
    """Return the one number that the right values were multiplied by, if there is one."""
    if value is None or value.shape != truth.shape or not np.any(truth):
        return None
    mine, right = np.ravel(value), np.ravel(truth)
    if not np.all(np.isfinite(mine)):
        return None
    factor = float(mine @ right / (right @ right))
    return factor if factor and _same(mine, factor * right) else None


def _gradient_problem(exercise, answer, outcomes) -> Verdict | None:
    stops = _wrong(
        _(
            "The numbers are right, but TensorFlow finds no gradient through them, so no picture "
            "could be improved with this cost. Use tf functions from the activations to the "
            "result: np functions, .numpy() and float() cut the way back."
        ),
        NUMPY_STOPS,
    )
    if any(outcome.needs_numpy for outcome in outcomes):
        return stops
    for case in exercise.cases:
        mine, truth = _gradient(exercise, answer, case), _gradient(exercise, exercise.right, case)
        if mine is None:
            return stops
        if not _same(mine, truth):
            return _wrong(
                _(
                    "The numbers are right, but their gradient is not. Is a part of the way from "
                    "the activations to the result cut off from TensorFlow?"
                )
            )
    return None


def _gradient(exercise: Exercise, function: Callable, case: tuple) -> np.ndarray | None:
    given = [tf.constant(arg, tf.float32) if _is_array(arg) else arg for arg in case]
    watched = given[exercise.differentiable_in]
    try:
        with tf.GradientTape() as tape:
            tape.watch(watched)
            value = function(*given)
        gradient = tape.gradient(value, watched)
    except Exception:
        return None
    return None if gradient is None else gradient.numpy()


def _evidence(exercise, case, outcome: _Outcome, truth: np.ndarray) -> str:
    """Say on which input it differs, and put the student's value beside the right one."""
    inputs = ", ".join(
        _("{name} of shape {shape}").format(name=name, shape=arg.shape)
        if _is_array(arg)
        else f"{name} = {arg}"
        for name, arg in zip(exercise.arguments, case, strict=True)
    )
    tried = _("Tried with {inputs}:").format(inputs=inputs)
    start = tried if exercise.arguments else f"my_{exercise.name}:"
    if outcome.problem == "nothing":
        nothing = _("the function returns nothing (None). Is a return missing?")
        return f"{start} {nothing}"
    if outcome.problem:
        problem = _("{problem}.").format(problem=outcome.problem)
        return f"{start} {problem}"
    return f"{start} {_difference(exercise, outcome.value, truth)}"


def _difference(exercise: Exercise, value: np.ndarray, truth: np.ndarray) -> str:
    if truth.ndim == 1 and truth.size < 4 and np.size(value) < 6:
        told = _("your result is {value}, the right one {right}.")
        return told.format(value=_listed(value), right=_listed(truth))
    if value.shape != truth.shape and truth.ndim:
        told = _("your result has shape {shape}, the right one {right}.")
        return told.format(shape=value.shape, right=truth.shape)
    if value.shape != truth.shape:
        told = _("your result has shape {shape}, expected is one number.")
        return told.format(shape=value.shape)
    if truth.ndim == 0:
        told = _("your value is {value:.4g}, the right one {right:.4g}.")
        return told.format(value=value, right=truth)
    with np.errstate(invalid="ignore"):
        distance = np.nan_to_num(np.abs(value - truth), nan=np.inf)
    index = np.unravel_index(np.argmax(distance), truth.shape)
    at = ", ".join(str(i) for i in index)
    if not exercise.arguments:  # the right numbers are all that is asked for
        told = _("the {value:.4g} at [{at}] is not right. Go over its sum again.")
    else:
        told = _("at [{at}] your value is {value:.4g}, the right one {right:.4g}.")
    return told.format(at=at, value=value[index], right=truth[index])


def _not_attempted(why: str) -> Verdict:
    return Verdict(False, None, why, attempted=False)


def _wrong(told: str, mistake: str | None = None) -> Verdict:
    return Verdict(False, mistake, told)


def _has_gap(value: Any) -> bool:
    """Tell whether a list, or a list in it, still holds a None or an ellipsis."""
    if isinstance(value, list | tuple):
        return any(map(_has_gap, value))
    return value is None or value is ...


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


def _listed(values: np.ndarray) -> str:
    return "(" + ", ".join(f"{value:.4g}" for value in np.ravel(values)) + ")"


def _in_short(error: BaseException) -> str:
    """Return the first line of a message, without the names of TensorFlow's inner nodes."""
    line = (str(error).strip() or _("no message")).splitlines()[0]
    line = re.sub(r"\{\{.*?\}\} ?| ?\[Op:.*", "", line).rstrip(" .")
    return line if len(line) < 150 else line[:149] + "…"
