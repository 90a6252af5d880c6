"""Three ways downhill. Each is a dialogue: it names a picture, and is told J and dJ/dG there.

An optimiser is a generator of float64 vectors in [0, 1]; `send((J, gradient))` asks for the
next. So the loop that measures the costs, shows the picture and counts the steps is one and
the same for all, and one step always means one evaluation of J and its gradient.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Generator

import numpy as np

from nst_helpers.refusals import array, number
from nst_helpers.session.linear_algebra import one_thread

Dialogue = Generator[np.ndarray, tuple[float, np.ndarray], None]
Measure = Callable[[np.ndarray], tuple[dict, np.ndarray]]


def gradient_descent(x: np.ndarray, rate: float = 0.02) -> Dialogue:
    """Walk straight downhill: G := G − rate · dJ/dG, kept in [0, 1].

    Parameters
    ----------
    x : array (n,)
        Where to begin, in [0, 1].
    rate : float
        Length of a step; with a gradient of mean size 1, the mean change of a pixel.

    Yields
    ------
    numpy.ndarray
        The next point.
    """
    x = _checked(x, rate)
    while True:
        _, gradient = yield x
        x = np.clip(x - rate * gradient, 0, 1)


def adam(x: np.ndarray, rate: float = 0.02, beta_1: float = 0.9, beta_2: float = 0.99) -> Dialogue:
    """Walk with momentum and a step length of each pixel's own (Kingma & Ba, 2015).

    Parameters
    ----------
    x : array (n,)
        Where to begin, in [0, 1].
    rate : float
        About the change of a pixel in one step.
    beta_1, beta_2 : float
        How slowly the running means of the gradient and of its square forget.

    Yields
    ------
    numpy.ndarray
        The next point.

    Notes
    -----
    arXiv 1412.6980, algorithm 1.
    """
    x = _checked(x, rate)
    mean, square, step = np.zeros_like(x), np.zeros_like(x), 0
    while True:
        _, gradient = yield x
        step += 1
        mean += (1 - beta_1) * (gradient - mean)
        square += (1 - beta_2) * (gradient**2 - square)
        direction = mean / (1 - beta_1**step)
        spread = np.sqrt(square / (1 - beta_2**step))
        x = np.clip(x - rate * direction / (spread + 1e-8), 0, 1)


def l_bfgs(x: np.ndarray, rate: float = 0.01, memory: int = 10) -> Dialogue:
    """Walk with an estimate of the curvature from the last steps (SciPy's L-BFGS-B).

    SciPy calls its objective itself, so it runs in a thread of its own, and its calls are
    passed on: the network is always evaluated by whoever holds the dialogue.

    SciPy's bounds, which take a second to set up for a picture, are not used. It searches freely,
    and is told J of the picture clipped to [0, 1] and the gradient there, but 0 where a pixel
    beyond its limit would go further out. That is not the projected search that the B in its name
    stands for: the point may lie outside [0, 1], where J is flat in that pixel while its gradient
    still leads back. Only clipped pictures are measured and kept.

    Parameters
    ----------
    x : array (n,)
        Where to begin, in [0, 1].
    rate : float
        Root mean square change of a pixel in the first step, before any curvature is known.
    memory : int
        How many past steps the curvature is estimated from.

    Yields
    ------
    numpy.ndarray
        The next point; ends where the line search finds nothing lower.

    Notes
    -----
    Zhu, Byrd, Lu & Nocedal, "Algorithm 778: L-BFGS-B" (ACM TOMS 23, 1997).
    """
    x = _checked(x, rate)
    questions: queue.SimpleQueue = queue.SimpleQueue()
    answers: queue.SimpleQueue = queue.SimpleQueue()

    class Closed(Exception):  # noqa: N818
        pass

    # SciPy's first step has length 1: in this unit, that is the rate, root mean square.
    unit = rate * np.sqrt(x.size)

    def objective(walked: np.ndarray) -> tuple[float, np.ndarray]:
        point = walked * unit
        questions.put(np.clip(point, 0, 1))
        answer = answers.get()
        if answer is None:
            raise Closed
        J, gradient = answer
        pushed_out = ((point < 0) & (gradient > 0)) | ((point > 1) & (gradient < 0))
        return J, np.where(pushed_out, 0, gradient) * unit

    def asked() -> np.ndarray | None:
        question = questions.get()
        if isinstance(question, Exception):  # raised in the thread, where nobody would see it
            raise question
        return question

    def search() -> None:
        end = None
        options = {"maxcor": memory, "maxiter": 10**6, "maxfun": 10**6, "ftol": 0, "gtol": 0}
        try:
            # It takes a fifth of a second; here, that passes while the network is at work.
            from scipy.optimize import minimize

            minimize(objective, x / unit, jac=True, method="L-BFGS-B", options=options)
        except Closed:
            pass
        except Exception as error:
            end = error
        finally:
            questions.put(end)

    thread = threading.Thread(target=search, name="L-BFGS", daemon=True)
    try:
        thread.start()
        answer = yield np.clip(x, 0, 1)  # what SciPy asks for first, once it is imported
        point = asked()
        while point is not None:
            with one_thread():
                answers.put(answer)
                point = asked()
            if point is not None:
                answer = yield point
    finally:
        answers.put(None)
        if thread.is_alive():  # not where an interrupt came before it had begun
            thread.join()


def _checked(x: np.ndarray, rate: float) -> np.ndarray:
    """Return the start as float64 numbers, or say what is wrong with it or with the rate."""
    x = array(x, "x", "n")
    if not np.isfinite(x).all():
        raise ValueError("x holds NaN or infinite values; expected numbers in [0, 1].")
    number(rate, "rate", above_zero=True)
    return x


def downhill(
    image: np.ndarray, measure: Measure, optimiser: str = "l-bfgs", rate: float | None = None
) -> Generator[tuple[np.ndarray, dict], None, None]:
    """Yield each picture that an optimiser asks for, with its costs.

    Parameters
    ----------
    image : array
        Where to begin, in [0, 1], of any shape; it is the first one yielded.
    measure : callable
        From an image to (costs, gradient), where costs["J"] is J.
    optimiser : str
        One of ``OPTIMISERS``.
    rate : float, optional
        See the optimiser.

    Yields
    ------
    (numpy.ndarray, dict)
        A picture and its costs; ends where the optimiser finds nothing lower.

    Raises
    ------
    FloatingPointError
        J or its gradient is no longer finite.
    """
    options = {} if rate is None else {"rate": rate}
    with contextlib.closing(
        OPTIMISERS[optimiser](np.float64(image).ravel(), **options)
    ) as dialogue:
        next(dialogue)  # it asks for the picture that it is given
        costs, gradient = measure(image)
        # One scale for every optimiser: a gradient of mean size 1 at the start.
        scale = max(float(np.mean(np.abs(gradient), dtype=np.float64)), 1e-30)
        while True:
            if not (np.isfinite(costs["J"]) and np.isfinite(gradient).all()):
                raise FloatingPointError(
                    "J is no longer a finite number: the steps are too long, or a weight is too "
                    "large. The last good picture is kept."
                )
            yield image, costs
            try:
                point = dialogue.send((costs["J"] / scale, np.float64(gradient).ravel() / scale))
            except StopIteration:
                return
            image = point.astype(np.float32).reshape(image.shape)
            costs, gradient = measure(image)


OPTIMISERS = {"gradient descent": gradient_descent, "adam": adam, "l-bfgs": l_bfgs}
