"""Variables that are assigned on some paths only, and read where they are: lists, dicts, objects, pairs of such."""

import numpy as np
import pytest
from programs.checking import Programs, check

X = np.array([0.3, -1.1, 0.7, 0.4])
RISING = np.array([[0.5, -1.2, 0.8, 0.1], [1.4, 0.3, -0.7, 0.2], [0.6, 0.9, 1.1, 1.7]])
FALLING = RISING - 3.0
BOTH = [(X, RISING, 0.3), (X, FALLING, -0.4)]
programs = Programs()


@programs.on(*BOTH)
def list_made_after_a_way_out(x, m, s):
    for i, e in enumerate(m[2]):
        if e > 1.0:
            return 0.5 * s
        if i < 2:
            continue
        kept = [-x, s]
    return np.sum(kept[0]) * kept[1]


@programs.on(*BOTH)
def rest_of_an_unpacking(x, m, s):
    for row in m:
        if s > 0.4:
            break
        first, *rest = row * x
    return sum(rest) * first


def rest_that_is_read_where_it_is_known(x, m, s):
    done = False
    for row in m:
        if s > 0.4:
            break
        _, *rest = row * x
        done = True
    return sum(rest) if done else s * x[0]


@programs.on(*BOTH)
def dict_made_on_later_trips(x, m, s):
    for i, e in enumerate(m[2]):
        if i % 2:
            continue
        kept = {"a": -x, "b": [s, e]}
        kept["b"].append(e * x[0])
    return np.sum(kept["a"]) * kept["b"][0] * kept["b"][-1]


@programs.on(*BOTH)
def list_before_or_in_a_loop(x, m, s):
    if s > 0.0:
        pair = [x, m[0]]
    for i in range(3):
        if s > 0.0:
            x = x + pair[i % 2]
        else:
            pair = [x * i, x]
    return np.sum(pair[0] * pair[1]) + np.sum(x)


class Kept:
    def __init__(self, v, n):
        self.v = v
        self.n = n


@programs.on(*BOTH)
def object_made_on_later_trips(x, m, s):
    for i, e in enumerate(m[2]):
        if i < 1:
            continue
        kept = Kept(x * e, s)
        kept.v[0] = e
        kept.n *= e
        if i == 2:
            break
    return np.sum(kept.v) * kept.n


@programs.on(*BOTH)
def pair_called_as_nobody_would(x, m, s):
    for i in range(3):
        if i > 0:
            t = (x * s, [s, m[0]])
    return np.sum(t[0]) * t[1][0] + np.sum(t[1][1])


@programs.on((X,))
def number_called_as_nobody_would(x):
    i = 0
    while i < 3:
        i += 1
        if i > 1:
            t = i * x[0]
    return np.sum(x * t)


@programs.on((X,))
def constant_called_as_nobody_would(x):
    for i in range(3):
        if i > 0:
            t = i * 2.0
    return np.sum(x) * t


class Doubling:
    """A context manager that changes a number and an array of its own."""

    def __init__(self, v, n):
        self.v = v
        self.n = n

    def __enter__(self):
        self.n = self.n * 2.0
        return self

    def __exit__(self, *error):
        self.v[0] = self.v[0] * self.n

    def __mul__(self, k):
        return Doubling(self.v * k, self.n)


@programs.on((X, 0.4))
def manager_that_nobody_reads(x, s):
    with Doubling(x * 1.0, 0.5):
        pass
    return np.sum(x * s)


@programs.on((X, 0.4))
def manager_beside_another_object(x, s):
    other = Doubling(x, 0.3)
    with Doubling(x * 1.0, 0.5):
        pass
    scaled = other * s
    return np.sum(scaled.v) * scaled.n


@programs.on(*BOTH)
def array_that_a_return_in_a_loop_leaves_unassigned(x, m, s):
    kept = [0.5]
    for _ in range(3):
        pair = (np.where(m[0] > 0.1, x, m[2] * s), s)
        for e in m[2]:
            if e > 1.5:
                return s
            x = pair[0]
        kept.extend(e for e in x)
    return sum(kept)


@programs.on((X, RISING, 0.5), (X, RISING, -0.5))
def parts_of_a_list_that_some_trips_replace(x, m, s):
    parts = [x, m]
    for row in m:
        if s < -0.3:
            continue
        parts = [np.concatenate([m[0][2:], row[:2]]), m - row]
    return sum(np.sum(np.sin(v)) for v in parts)


@programs.on((X, RISING, 0.5))
def nested_parts_of_a_list_that_no_trip_before_the_last_needs(x, m, s):
    for row in m:
        if s < -0.3:
            continue
        parts = [np.concatenate([m[0][2:], row[:2]]), [np.cumsum(row), np.stack([x, row])], {"a": np.roll(row, 1)}]
    return np.sum(parts[0]) * np.sum(parts[1][1]) + parts[2]["a"][0]


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


@pytest.mark.parametrize("s", [0.3, 0.9])
def test_what_is_read_where_it_is_known(s):
    check(rest_that_is_read_where_it_is_known, (X, RISING, s))
