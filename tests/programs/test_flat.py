"""`.flat`: elements read and written where they are, whatever the memory's order is."""

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import value_and_grad

V = np.array([0.3, -1.1, 0.7, 1.9])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7]])
C = np.arange(8.0).reshape(2, 2, 2) * 0.3 + 0.1
programs = Programs()


@programs.on((V,), (A,), (C,))
def read_item(x):
    return x.flat[1] * x.flat[-1] ** 2


@programs.on((V,), (A,), (C,))
def write_item(x):
    y = x * 1.0
    y.flat[1] = x.flat[0] * 3
    y.flat[-2] *= 2
    return np.sum(y * x)


@programs.on((A,))
def transposed_matrix(x):
    y = (x * 1.0).T
    y.flat[1] = x[0, 0] * 3
    y.flat[3] += x[1, 1]
    return np.sum(y * x.T)


@programs.on((V,), (A,), (C,))
def every_other_element(x):
    y = x * 1.0
    y.flat[::2] = y.flat[1::2] * 3
    return np.sum(y * x) + np.sum(y.flat[1:3] ** 2)


@programs.on((V,), (A,))
def write_all(x):
    y = np.zeros_like(x)
    y.flat = x * x
    z = np.empty_like(x)
    z.flat = x.flat[0]
    return np.sum(y * x * z)


@programs.on((A,))
def repeats(x):
    y = x * 1.0
    y.flat = x[0, :2]
    y.flat[1:5] = x[1, :2]
    return np.sum(y * x)


@programs.on((V,), (A,), (C,))
def for_loop(x):
    t = 1.0
    for v in x.flat:
        t = t * v + v
    return t


@programs.on((A,))
def loop_enumerate(x):
    t = 1.0
    for i, v in enumerate(x.flat):
        t = t + i * v * v
    return t


@programs.on((A,))
def loop_written(x):
    y = x.T * 1.0
    t = 1.0
    for i, v in enumerate(y.flat):
        t = t + i * v * v
        y.flat[0] = 2.0
        y[2, 1] = v
    return t + np.sum(y**2)


@programs.on((A,))
def loop_written2(x):
    y = x.T * 1.0
    t = 1.0
    i = 0
    for v in y.flat:
        i += 1
        t = t + i * v * v
        y[2, 1] = v * t
    return t + np.sum(y**2)


@programs.on((A,))
def used_up_by_calls(x):
    return sum(x.flat) * max(x.flat) + len(x.flat) * list(x.flat)[2] + sum(v * v for v in x.flat)


@programs.on((A,))
def once_only(x):
    f = x.flat
    a = next(f)
    s = sum(f)
    return a * s + sum(f)


@programs.on((A,))
def copies(x):
    y = x * 1.0
    f = y.flat.copy()
    g = y.flat[:]
    g[0] = 5.0
    y.flat[0] = 7.0
    return np.sum(f * g * y.ravel())


@programs.on((A,))
def of_indices(x):
    y = x * 1.0
    y.flat[[1, 4]] = x.flat[[0, 3]] * 2
    return np.sum(y * x)


@programs.on((A,))
def through_a_mask(x):
    y = x * 1.0
    y.flat[np.arange(6) > 2] = 0.5
    return np.sum(y * x)


@programs.on((A,))
def in_a_helper(x):
    def clip(m):
        for i in range(m.size):
            if m.flat[i] > 0.6:
                m.flat[i] = m.flat[i] ** 2

    y = x.copy()
    clip(y)
    return np.sum(y * x)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def handed_to_numpy(x):
    return np.sum(x.flat) * x[0, 0]


def test_refused():
    refused(handed_to_numpy, (A,), "flatiter")


def test_an_element_that_is_not_there():
    def outside(x):
        return x.flat[-7] * x.flat[0]

    with pytest.raises(IndexError):
        outside(A)
    with pytest.raises(IndexError):
        value_and_grad(outside)(A)
