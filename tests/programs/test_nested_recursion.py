"""Functions made inside a function that call themselves."""

import numpy as np
import pytest
from programs.checking import Programs, check, refused

V = np.array([0.3, -1.1, 0.7, 1.9, 0.4])
programs = Programs()
unresolved = Programs()
changing = Programs()


@programs.on((1.3,))
def nested(x):
    def go(n):
        if n == 0:
            return 1.0
        return x * go(n - 1)

    return go(3) + go(2)


@programs.on((1.3,))
def nested_count(x):
    def fact(n):
        return 1 if n == 0 else n * fact(n - 1)

    return x * fact(4)


@programs.on((0.7, 2.0))
def simpson(x, a):
    def rec(lo, hi, depth):
        mid = 0.5 * (lo + hi)
        whole = (hi - lo) * np.sin(x * mid)
        if depth == 0:
            return whole
        return rec(lo, mid, depth - 1) + rec(mid, hi, depth - 1)

    return rec(0.0, a, 3)


@programs.on((1.1,))
def as_value(x):
    def go(n):
        if n == 0:
            return x
        return sum([go(k) for k in range(n)]) * x

    return go(3)


@programs.on((1.2,))
def kept(x):
    def go(n):
        if n == 0:
            return x
        return go(n - 1) * 0.5

    fs = [go, lambda n: x * n]
    return fs[0](2) + fs[1](3)


@programs.on((1.2,))
def lam(x):
    fact = lambda n: x if n == 0 else fact(n - 1) * (x + n)
    return fact(3)


@unresolved.on((1.1,))
def nested_mutual(x):
    def even(n, y):
        if n == 0:
            return y
        return odd(n - 1, y * x)

    def odd(n, y):
        if n == 0:
            return y * y
        return even(n - 1, y + x)

    return even(3, x)


@unresolved.on((1.3,))
def rebound(x):
    def go(n):
        return 1.0 if n == 0 else x * go(n - 1)

    y = go(2)

    def go(n):
        return x + n

    return y + go(3)


@unresolved.on((1.3,))
def in_loop(x):
    s = 0.0
    for i in range(3):

        def go(n):
            if n == 0:
                return x * i
            return go(n - 1) * x

        s += go(2)
    return s


@unresolved.on((1.3, True), (1.3, False))
def in_branch(x, c):
    if c:
        z = x * x

        def go(n):
            if n == 0:
                return z
            return go(n - 1) * x
    else:

        def go(n):
            return x

    return go(2)


@changing.on((1.2,))
def writes(x):
    acc = [0.0]

    def go(n):
        acc[0] += x * n
        if n > 0:
            go(n - 1)

    go(3)
    return acc[0]


@changing.on((V,))
def arrays(x):
    out = np.zeros(5)

    def go(i):
        if i < 5:
            out[i] = x[i] * 2
            go(i + 1)

    go(0)
    return np.sum(out * x)


@changing.on((1.2,))
def nonloc(x):
    total = 0.0

    def go(n):
        nonlocal total
        total = total + x * n
        if n > 0:
            go(n - 1)

    go(3)
    return total


@unresolved.on((1.2,))
def deflt(x):
    def go(n, y=x):
        if n == 0:
            return y
        return go(n - 1, y * x)

    return go(3) + go(1, 2.0)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


@pytest.mark.parametrize(("function", "args"), unresolved.cases)
def test_functions_that_need_each_other_or_are_made_anew_are_refused(function, args):
    refused(function, args, "known at run time only")


@pytest.mark.parametrize(("function", "args"), changing.cases)
def test_recursion_that_changes_what_is_outside_is_refused(function, args):
    refused(function, args, "changes what it captured")
