"""`with` in differentiated functions: managers that measure, configure, clean up or swallow errors."""

import contextlib
import warnings

import numpy as np
import pytest
from programs.checking import Programs, check, refused

import srcad

V = np.array([0.5, -1.2, 2.0, -0.7])
P = np.abs(V) + 0.1

programs = Programs()


class Counting:
    """Notes what happens; lets errors pass."""

    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.log.append("in")
        return self

    def __exit__(self, *details):
        self.log.append("out" if details[0] is None else details[0].__name__)


class Swallowing:
    """Swallows errors of one class."""

    def __init__(self, kind):
        self.kind = kind

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        return kind is not None and issubclass(kind, self.kind)


@contextlib.contextmanager
def section(log, name="section"):
    log.append(name)
    try:
        yield len(log)
    finally:
        log.append("end")


@contextlib.contextmanager
def ignoring_missing():
    try:
        yield
    except KeyError:
        pass


@programs.on((V,))
def guarded_logarithm(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(x > 0, np.log(x), 0.0)
        z = y * x
    return np.sum(z * y)


@programs.on((V, 2), (V, 9))
def return_inside_a_loop(x, n):
    total = x[0]
    for i in range(4):
        with np.errstate(all="ignore"):
            if i == n:
                return total * total
            total = total * x[i] + x[0]
    return total


@programs.on((V, 0), (V, 1), (V, 2))
def break_and_continue_inside(x, kind):
    total = 0.0
    for v in x:
        with np.errstate(all="ignore"):
            if v < 0 and kind == 1:
                continue
            if v < 0 and kind == 2:
                break
            y = v * v
        total = total + y * x[0]
    return total


@programs.on((V,))
def several_managers(x):
    log = []
    with np.errstate(all="ignore"), Counting(log) as counting, section(log) as length:
        y = x * int(length)
        z = y * x
    return np.sum(z) * len(counting.log)


@programs.on((V,))
def memory_made_inside(x):
    with np.errstate(all="ignore"):
        y = np.zeros(4)
        y[1:] = x[1:] * x[0]
        y[0] += x[1]
    y[2] *= x[2]
    return np.sum(y * y)


@programs.on((V,))
def memory_made_before(x):
    y = x * 2
    with np.errstate(all="ignore"):
        y[1:] *= x[0]
        with np.errstate(divide="raise"):
            y[0] = y[1] / x[1]
    return np.sum(y * y)


@programs.on((P,))
def warnings_caught(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.sum(np.sqrt(x) * x)


@programs.on((V, 1), (V, 7))
def suppressed(x, i):
    y = x * 2
    with contextlib.suppress(IndexError, KeyError):
        y = y * x[i]
    return np.sum(y)


@programs.on((V, 1), (V, 7))
def swallowed(x, i):
    y = x * 2
    with Swallowing(LookupError):
        y = y * x[i]
    return np.sum(y)


@programs.on((V, 1), (V, 7))
def return_from_what_may_be_swallowed(x, i):
    with Swallowing(LookupError):
        return x[i] * x[0]
    return np.sum(x * x)


@programs.on((1.5, {"a": 2}), (1.5, {}))
def swallowed_by_a_generator(x, d):
    y = x
    with ignoring_missing():
        y = x * d["a"] * x
    return y * x


@programs.on((1.5, 1), (1.5, 0))
def try_around_with(x, n):
    log = []
    try:
        with Counting(log), section(log):
            y = x * (1 / n)
    except ZeroDivisionError:
        y = x * x * len(log)
    return y


@programs.on((1.5, 0), (1.5, 2))
def with_around_try(x, n):
    with np.errstate(all="raise"):
        try:
            y = np.sqrt(x - n)
        except FloatingPointError:
            y = x**3
    return y * y


@programs.on((V, -2), (V, 1))
def the_same_step_under_another_state(x, n):
    with np.errstate(invalid="ignore"):
        first = np.where(x > n, np.log(x - n), x)
    with np.errstate(invalid="raise"):
        try:
            second = np.log(x - n)
        except FloatingPointError:
            second = x * x
    return np.sum(first * second * x)


@programs.on((1.5,))
def manager_in_a_variable(x):
    log = []
    manager = Counting(log)
    y = x
    with manager:
        y = y * x
    return y * len(log)


@programs.on((V,))
def helper_with_a_manager(x):
    def safe(v):
        with np.errstate(invalid="ignore"):
            return np.where(v > 0, np.sqrt(v), v * v)

    return np.sum(safe(x) * safe(-x) * x)


@programs.on((V,))
def nullcontext(x):
    with contextlib.nullcontext():
        y = x * x
    return np.sum(y)


@programs.on((V,))
def pair_after_as(x):
    with contextlib.nullcontext((2, 3)) as (a, b):
        y = x * a
    return np.sum(y * b)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_the_reverse_of_a_guarded_division_reports_nothing():
    def f(x):
        with np.errstate(divide="ignore", invalid="ignore"):
            y = np.where(x > 0, x * np.log(x), x / x)
        return np.sum(np.where(x > 0, y, 0.0))

    x = np.array([0.0, 1.0, 2.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gradient = srcad.grad(f)(x)
    assert np.allclose(gradient[1:], np.log(x[1:]) + 1)


LOG = []


def logged(x, n):
    with Counting(LOG):
        y = x * (1 / n)
    return y * y


def test_managers_are_entered_and_left_once():
    LOG.clear()
    assert srcad.grad(logged)(3.0, 2) == 1.5
    assert LOG == ["in", "out"]


def test_an_error_passes_through_a_manager():
    LOG.clear()
    with pytest.raises(ZeroDivisionError):
        srcad.grad(logged)(3.0, 0)
    assert LOG == ["in", "ZeroDivisionError"]


def swallowed_between(x, i):
    y = x[0]
    with contextlib.suppress(IndexError):
        y = y * x[1]
        y = y * x[i]
    return y


@pytest.mark.parametrize(
    ("function", "args", "words"),
    [
        (swallowed_between, (V, 1), "'y' may be read after an error was caught"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_refused(function, args, words):
    refused(function, args, words)


def test_the_program_reads_as_it_was_written():
    source = srcad.grad(guarded_logarithm).source_for(V)
    assert source.count("with np.errstate(divide='ignore', invalid='ignore'):") == 2
    source = srcad.grad(logged).source_for(1.0, 2)
    assert "with t:" in source
