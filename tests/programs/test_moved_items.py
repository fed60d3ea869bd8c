"""Lists made of the items of others, in loops and changed afterwards: each item has its cotangent where it is kept."""

import numpy as np
import pytest
from programs.checking import Programs, check

X = np.array([0.1, 0.4, 0.7, 1.0])
M = np.arange(12.0).reshape(3, 4) * 0.1
programs = Programs()


@programs.on((X, M))
def rows_of_an_array_extended(x, m):
    for _ in m:
        rows = list(m)
    rows += [x * 2.0]
    return sum(np.sum(np.sin(v)) for v in rows)


@programs.on((X, M))
def concatenated(x, m):
    base = [x, m[0]]
    for i in range(2):
        q = base + [x * i]
    q.append(x * 3.0)
    return sum(np.sum(np.sin(v)) for v in q)


@programs.on((X, M))
def repeated(x, m):
    base = [x, m[0]]
    for _ in range(2):
        q = base * 2
    q.append(x * 3.0)
    return sum(np.sum(np.sin(v)) for v in q)


@programs.on((X, M))
def list_of_a_tuple(x, m):
    base = (x, m[0])
    for _ in range(2):
        q = list(base)
    q.append(x * 3.0)
    return sum(np.sum(np.sin(v)) for v in q)


@programs.on((X,))
def numbers_of_an_array(x):
    for _ in range(2):
        q = list(x)
    q.append(x[0] * 3.0)
    return sum(q) * sum(q)


@programs.on((X, M))
def item_replaced_after_a_concatenation(x, m):
    for _ in range(2):
        q = list(m) + [x]
        q[0] = q[1] * q[3]
    return sum(np.sum(np.sin(v)) for v in q)


@programs.on((X, M))
def item_of_a_slice_replaced(x, m):
    base = [x, m[0]]
    for _ in range(2):
        q = base[:]
        q[0] = q[1] * x
    return sum(np.sum(np.sin(v)) for v in q)


@programs.on((X, M))
def item_of_a_slice_replaced_once(x, m):
    base = [x, m[0]]
    q = base[1:]
    q[0] = q[0] * x
    return sum(np.sum(np.sin(v)) for v in q)


@programs.on((X, M))
def slice_of_a_changed_list(x, m):
    base = [x, m[0]]
    base[1] = x * 2.0
    q = base[::-1]
    q[0] = q[0] * x
    return sum(np.sum(np.sin(v)) for v in q) + np.sum(base[0])


@programs.on((X,))
def slice_of_numbers(x):
    base = [x[0], x[1], x[2]]
    for i in range(2):
        q = base[1:]
        q[0] = q[0] * x[i]
    return sum(q) * sum(base)


@programs.on((X,))
def array_written_through_a_slice(x):
    a = x * 1.0
    rows = [a, a * 2.0]
    for i in range(2):
        q = rows[:]
        q[i][0] = q[1][1] * 3.0
    return np.sum(a * a) + np.sum(rows[1])


@programs.on((X, 0), (X, 1))
def array_written_through_a_slice_object(x, n):
    a = x * 1.0
    rows = [a, a * 2.0, x * 3.0]
    k = slice(n, None)
    for _ in range(2):
        q = rows[k]
        q[0] *= q[1]
        q[1] = a
    return np.sum(a * a) + np.sum(rows[1] * rows[2])


@programs.on((X, M))
def integers_beside_an_array_that_is_written(x, m):
    rows = [[np.maximum(m[2], m[1]), np.array([2 for _ in range(4)])], [x]]
    total = sum(rows[0])
    x[0] = 2.0 * x[1]
    return np.sum(np.tanh(total)) + np.sum(rows[1][0])


@programs.on((X, M, 0.7))
def array_stored_reversed_then_replaced(x, m, s):
    v = x[::-1] * 1.0
    x[::-1] = v
    for _ in range(3):
        rows = [[m[0] * 2], [m[0]]]
        rows[1][0] *= s
        v = rows[1][-1]
    return np.sum(np.tanh(x)) + np.sum(np.tanh(v))


class Log:
    def __init__(self, n):
        self.n = n
        self.entries = []

    def total(self):
        self.entries.append(self.n)
        return sum(self.entries)


@programs.on((X, M, 0.7))
def list_that_grows_between_its_sums(x, m, s):
    for row in m:
        log = Log(np.sin(s))
        for _ in range(2):
            row *= x
            n = log.total()
            x[3] = n * n
    return np.sum(np.tanh(m))


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
