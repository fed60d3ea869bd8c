"""Results stored in arrays that are given: `out=`, `where=`, np.copyto."""

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
L = [0.3, -1.1, 0.7, 1.9]
programs = Programs()


def weigh(y):
    return np.sum(np.arange(1, np.size(y) + 1).reshape(np.shape(y)) * y * y)


@programs.on((V,))
def ufunc_into(x):
    y = np.zeros(4)
    np.add(x, x * x, out=y)
    return weigh(y)


@programs.on((V,))
def ufunc_into_its_operand(x):
    y = x * 1.0
    np.multiply(y, x, out=y)
    np.multiply(y, x, y)
    return weigh(y)


@programs.on((V,))
def overlapping(x):
    y = x.copy()
    np.add(y[1:], y[:-1], out=y[1:])
    return weigh(y)


@programs.on((V,))
def into_an_empty_array(x):
    y = np.empty_like(x)
    z = np.sin(x, out=y)
    z *= 2
    return weigh(y)


@programs.on((V,))
def result_is_the_array(x):
    y = np.empty(4)
    return weigh(np.exp(x, out=y) * y)


@programs.on((V,))
def quotient_where(x):
    y = np.zeros(4)
    np.divide(x, x - 0.5, out=y, where=x != 0.5)
    return weigh(y)


@programs.on((V,))
def logarithm_where(x):
    return weigh(np.log(x, out=np.zeros_like(x), where=x > 0))


@programs.on((V,))
def everywhere(x):
    y = np.zeros(4)
    np.add(x, 1, out=y, where=True)
    return weigh(y)


@programs.on((V,))
def broadcast_into(x):
    y = np.zeros((2, 4))
    np.multiply(x, 2.0, out=y)
    y[0] *= x
    return weigh(y)


@programs.on((V,))
def broadcast_where(x):
    y = np.ones((2, 4))
    np.multiply(x, x, out=y, where=np.array([[True], [False]]))
    return weigh(y)


@programs.on((V,))
def into_an_array_in_a_loop(x):
    y = np.zeros(4)
    t = 0.0
    for i in range(3):
        np.multiply(x, y + i, out=y)
        t += np.sum(y)
        if t > 1000000000.0:
            return t
    return t + weigh(y)


@programs.on((V,))
def sum_into(x):
    y = np.empty(3)
    np.sum(x * np.ones((3, 1)), axis=1, out=y)
    return weigh(y)


@programs.on((V,))
def mean_into(x):
    y = np.empty(3)
    (x * np.ones((3, 1))).mean(axis=1, out=y)
    return weigh(y)


@programs.on((V,))
def maximum_into(x):
    y = np.empty(4)
    np.max(np.array([x, x * x]), axis=0, out=y)
    return weigh(y)


@programs.on((V,))
def running_sums_into(x):
    y = np.empty(4)
    np.cumsum(x, out=y)
    x.cumsum(out=y)
    return weigh(y)


@programs.on((V,))
def running_sums_into_itself(x):
    y = x.copy()
    np.cumsum(y, out=y)
    return weigh(y)


@programs.on((V,))
def dot_into(x):
    y = np.empty((4, 4))
    m = np.outer(x, x * x)
    np.dot(m, m, out=y)
    return weigh(y)


@programs.on((V,))
def matmul_into(x):
    y = np.empty((4, 4))
    m = np.outer(x, x * x)
    np.matmul(m, m, out=y)
    return weigh(y)


@programs.on((V,))
def clipped_into(x):
    y = x * 2
    np.clip(y, -1.0, 1.5, out=y)
    y.clip(-0.5, 1, out=y)
    return weigh(y)


@programs.on((V,))
def taken_into(x):
    y = np.empty(3)
    np.take(x, [0, 2, 0], out=y)
    return weigh(y)


@programs.on((V,))
def joined_into(x):
    y = np.empty(8)
    np.concatenate([x, x * x], out=y)
    return weigh(y)


@programs.on((V,))
def copied(x):
    y = np.zeros(4)
    np.copyto(y, x * x)
    return weigh(y)


@programs.on((V,))
def copied_with_broadcasting(x):
    y = np.zeros((2, 4))
    np.copyto(y, x * x)
    np.copyto(y[0], x[1])
    return weigh(y)


@programs.on((V,))
def copied_where(x):
    y = x.copy()
    np.copyto(y, x * x, where=x > 0)
    np.copyto(y, x[0], where=x > 1)
    return weigh(y)


@programs.on((V,))
def constants_copied(x):
    y = x * x
    np.copyto(y, 0.0, where=y > 1)
    np.copyto(y[:1], 3.0)
    return weigh(y)


@programs.on((V,))
def into_an_array_in_a_tuple(x):
    y = np.empty(4)
    np.sin(x, out=(y,))
    return weigh(y)


@programs.on((V,))
def into_an_array_by_a_helper(x):

    def step(a, buf):
        np.multiply(a, a, out=buf)
        return buf

    y = np.empty(4)
    z = step(x, y)
    z[0] = x[1]
    return weigh(y)


@programs.on((V,))
def into_nothing(x):
    return weigh(np.add(x, x, out=None))


@programs.on((V,))
def buffers_that_take_turns(x):
    a = x.copy()
    b = np.empty_like(a)
    for i in range(3):
        np.sin(a, out=b)
        np.add(a, b, out=a)
        a, b = (b, a)
    return weigh(a) + np.sum(b)


@programs.on((V,))
def into_rows(x):
    m = np.zeros((3, 4))
    for i in range(3):
        np.multiply(x, i + 1.5, out=m[i])
    for r in m:
        np.exp(r, out=r)
    return weigh(m)


@programs.on((V,))
def method_into(x):
    y = np.empty(2)
    np.outer(x, x)[:2].sum(axis=1, out=y)
    return weigh(y)


@programs.on((V,))
def rounded_into(x):
    y = np.empty(4)
    np.round(x, 1, out=y)
    return weigh(y * x)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
