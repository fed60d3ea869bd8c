"""Functions that are kept in containers or chosen by a branch, and called where it is not known which one it is."""

import numpy as np
import pytest
from programs.checking import Programs, check, refused

V = np.array([0.3, -1.1, 0.7, 1.9, 0.4])
programs = Programs()


@programs.on((1.3,))
def bound_early(x):
    fs = []
    for i in range(3):

        def scaled(v, i=i):
            return v * x * i

        fs.append(scaled)
    s = 0.0
    for f in fs:
        s += f(x)
    return s


@programs.on((1.3,))
def bound_late(x):
    fs = []
    for i in range(3):
        fs.append(lambda v: v * x * i)
    s = 0.0
    for f in fs:
        s += f(x)
    return s


@programs.on((V,))
def comprehension_of_functions(x):
    fs = [lambda v, k=k: v * x[k] for k in range(len(x))]
    y = 1.0
    for f in fs:
        y = f(y) + 1.0
    return y


@programs.on((V,))
def made_by_a_function(x):
    def adder(a):
        def add(v):
            return v + a * a

        return add

    fs = []
    for i in range(4):
        fs.append(adder(x[i]))
    t = x[0]
    for f in reversed(fs):
        t = f(t) * 0.5
    return t


@programs.on((V,))
def table_of_functions(x):
    table = {}
    for i, name in enumerate(["a", "b", "c"]):

        def wave(v, c=x[i] * 2.0):
            return np.sin(v * c)

        table[name] = wave
    return table["a"](x[0]) + table["c"](x[1])


@programs.on((V,))
def layers_as_functions(x):
    layers = []
    for i in range(3):
        m = np.outer(x, x) + i
        layers.append(lambda v, m=m: m @ v)
    h = x
    for layer in layers:
        h = np.tanh(layer(h))
    return np.sum(h)


@programs.on((1.2, 4), (1.2, 1), (1.2, 0))
def two_kinds_of_functions(x, n):
    fs = []
    for i in range(n):
        if i % 2:
            fs.append(lambda v, i=i: v * x)
        else:
            fs.append(lambda v, i=i: v + x * i)
    s = x
    for f in fs:
        s = f(s)
    return s


@programs.on((1.2, True), (1.2, False))
def chosen_by_a_branch(x, c):
    if c:
        f = lambda v: v * x
    else:
        f = lambda v: v + x
    return f(x) * 2


@programs.on((1.2,))
def called_in_a_generator_expression(x):
    fs = [lambda v, k=k: v * x * k for k in range(3)]
    return max(f(x) for f in fs)


@programs.on((1.2,))
def called_by_map(x):
    fs = []
    for i in range(3):
        fs.append(lambda v, i=i: v * x * i)
    return sum(map(lambda f: f(x), fs))


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_a_function_that_captures_one_of_its_own_kind_is_refused():
    def composed(x):
        def compose(f, g):
            return lambda v: f(g(v))

        h = lambda v: v * x
        for _ in range(3):
            h = compose(h, lambda v: v + x)
        return h(1.0)

    refused(composed, (1.2,), "it is not known which one it is")
