"""The text of emitted programs: what a person wrote comes back as it was written."""

import ast
import inspect
import operator
import textwrap

import numpy as np
import pytest

from srcad import wengert as w
from srcad.errors import Site
from srcad.transform.emit import compile_program, emit
from srcad.transform.lower import lower

offset = 3.0


def straight(params, x, y):
    w1, b1, w2, b2 = params
    h = np.tanh(x @ w1 + b1)
    scores = h @ w2 + b2
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    decay = 0.5 * 0.0001 * (np.sum(w1**2) + np.sum(w2**2))
    return -np.mean(np.sum(y * np.log(p), axis=1)) + decay


def early_returns(x, limit):
    n = np.sqrt(np.sum(x**2))
    if n < limit:
        return 0.5 * n**2
    if limit > 10.0:
        return np.sum(x)
    return limit * (n - 0.5 * limit)


def elif_chain(x):
    if x > 2.0:
        y = x
    elif x > 1.0:
        y = 2.0 * x
        y = y - 1.0
    else:
        y = -x
    return y * y


def breaks(w, u, xs, h):
    total = 0.0
    for x in xs:
        h = np.tanh(w @ h + u @ x)
        if h[0] > 0.97:
            break
        total += h @ h
    return total


def continues(xs):
    total = 0.0
    for i, (x, y) in enumerate(xs):
        if x > y:
            continue
        if i == 3:
            total -= x
        total += x * y
    return total


def returns_from_loops(xs):
    for x in xs:
        for y in x:
            if y > 3.0:
                return y, x
            if y < 0.0:
                break
        else:
            pass
    return None


def whiles(a):
    x = a
    while abs(x * x - a) > 1e-10 and x > 0.0:
        x = 0.5 * (x + a / x)
    return x


def endless(x):
    while True:
        x = x / 2.0
        if x < 1.0:
            return x


def in_place(u, k, steps):
    for t in range(steps):
        u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def swaps(a, b, n):
    for i in range(n):
        a, b = b, a + b
    return a, b


def containers(xs, **options):
    squares = [x * x for x in xs if x > 0.0]
    table = {i: [x, y] for i, (x, y) in enumerate(zip(xs, squares))}
    names = {f"{k}: {v:.2f}" for k, v in options.items()}
    scaled = list(map(lambda v: v * offset, squares))
    return table[0], names, scaled, max(scaled, default=None)


def choices(x, y=1.0, *rest, flag=False):
    assert x > 0.0, "positive"
    z = x if flag else y
    if not rest:
        raise ValueError("nothing")
    return z or x and y


class Particle:
    def __init__(self, x):
        self.x = x

    def step(self, dt):
        self.x += dt * self.x
        self.v = self.x - dt
        return self


@pytest.mark.parametrize(
    "function",
    [
        straight, early_returns, elif_chain, breaks, continues, whiles, endless, in_place, swaps, choices,
        Particle.step,
    ],
    ids=lambda f: f.__name__,
)  # fmt: skip
def test_the_users_text_comes_back(function):
    assert plain(emit(lower(function)).source) == plain(inspect.getsource(function))


def plain(source):
    """Source without comments, in one layout."""
    return ast.unparse(ast.parse(textwrap.dedent(source)))


def text(function):
    return emit(lower(function)).source


def test_containers():
    assert text(containers).splitlines()[1:4] == [
        "    squares = [x * x for x in xs if x > 0.0]",
        "    table = {i: [x, y] for i, (x, y) in enumerate(zip(xs, squares))}",
        "    names = {f'{k}: {v:.2f}' for k, v in options.items()}",
    ]


def test_returns_from_nested_loops_leave_no_flags():
    assert "return y, x" in text(returns_from_loops)
    assert "returned" not in text(returns_from_loops)


def test_the_text_is_the_same_every_time_and_stays_the_same_when_lowered_again():
    for function in (straight, breaks, continues, in_place, swaps):
        program = emit(lower(function))
        assert emit(lower(function)).source == program.source
        assert emit(lower(compile_program(program))).source == program.source


# ------------------------------------------------------------------------------------- comments of the reverse sweep


def site(line, statement, adjoint=True):
    return Site("f", "f.py", line, statement=statement, statement_line=line, adjoint=adjoint)


def reverse_of_a_layer():
    first, second = "h = np.tanh(x @ w1)", "return np.sum(h @ w2)"
    body = (
        w.Step(("t",), operator.matmul, ("x", "w1"), (), site(1, first, False)),
        w.Step(("h",), np.tanh, ("t",), (), site(1, first, False)),
        w.Step(("t.1",), operator.matmul, ("h", "w2"), (), site(2, second, False)),
        w.Step(("d_t.1",), np.ones_like, ("t.1",), (), site(2, second)),
        w.Step(("t.2",), w.Attribute("T"), ("h",), (), site(2, second)),
        w.Step(("d_w2",), operator.matmul, ("t.2", "d_t.1"), (), site(2, second)),
        w.Step(("t.3",), w.Attribute("T"), ("w2",), (), site(2, second)),
        w.Step(("d_h",), operator.matmul, ("d_t.1", "t.3"), (), site(2, second)),
        w.Step(("t.4",), operator.mul, ("h", "h"), (), site(1, first)),
        w.Step(("t.5",), operator.sub, (w.Const(1.0), "t.4"), (), site(1, first)),
        w.Step(("d_t",), operator.mul, ("d_h", "t.5"), (), site(1, first)),
        w.Step(("t.6",), w.Attribute("T"), ("x",), (), site(1, first)),
        w.Step(("d_w1",), operator.matmul, ("t.6", "d_t"), (), site(1, first)),
        w.Step(("t.7",), w.make_tuple, ("d_w1", "d_w2")),
    )
    return w.Function("f_grad", tuple(map(w.Param, ("w1", "w2", "x"))), body, "t.7", doc="Gradient of f.")


EXPECTED = '''\
def f_grad(w1, w2, x):
    """Gradient of f."""
    h = np.tanh(x @ w1)
    t = h @ w2

    # return np.sum(h @ w2)
    d = np.ones_like(t)
    d_w2 = h.T @ d
    d_h = d @ w2.T
    # h = np.tanh(x @ w1)
    return x.T @ (d_h * (1.0 - h * h)), d_w2
'''


def test_comments_quote_the_statement_that_each_group_belongs_to():
    assert emit(reverse_of_a_layer()).source == EXPECTED
