"""Generators: what they do and what their consumers do runs in Python's order, also where values are shared."""

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import grad, value_and_grad
from srcad.errors import DifferentiationError

V = np.array([0.3, -1.1, 0.7, 1.9])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7]])
programs = Programs()


def multiples(x, n):
    for i in range(n):
        yield x * i
    yield x * x


def powers(x):
    p = 1.0
    while True:
        yield p
        p = p * x


def descent(x, rate):
    """Yields the same buffer each time."""
    x = x.copy()
    while True:
        x -= rate * np.sin(x)
        yield x


# -------------------------------------------------------------------------------------------- loops over calls


@programs.on((1.3,), (0.1,), (-2.0,))
def left_by_break(x):
    total = 0.0
    for v in multiples(x, 3):
        if v > 2.0:
            break
        total += v * v
    return total


@programs.on((1.3,), (0.1,), (-2.0,))
def left_by_break_or_not(x):
    for v in multiples(x, 3):
        if v > 2.0:
            y = v * x
            break
    else:
        y = x**3
    return y


@programs.on((1.3,), (0.1,))
def left_by_return(x):
    for i, v in enumerate(multiples(x, 4)):
        if v > 2.0:
            return v * i
    return x


@programs.on((1.3,), (3.0,))
def with_continue(x):
    total = x
    for v in multiples(x, 4):
        if v > 2.0:
            continue
        total = total * v + 1.0
    return total


@programs.on((1.7, 20.0), (1.7, 0.5))
def infinite(x, limit):
    total = 0.0
    for p in powers(x):
        if p > limit:
            break
        total = total + p
    return total


@programs.on((V, 4))
def the_same_buffer(x, n):
    total = 0.0
    for k, y in enumerate(descent(x, 0.3)):
        if k == n:
            break
        total = total + np.sum(y**2)
        y[0] = 0.1 * total
    return total


@programs.on((V,))
def buffers_kept(x):
    """All are one buffer."""
    kept = []
    for y in descent(x, 0.3):
        kept.append(y)
        if len(kept) == 3:
            break
    return np.sum(kept[0] * kept[1]) + kept[2][1]


@programs.on((V, 2), (V, 0))
def trips_in_a_loop(x, n):
    total = 1.0
    for i in range(n):
        for v in multiples(x[i], 2):
            total = total * (v + 1.0)
    return total


@programs.on((1.3,))
def one_generator_in_another(x):
    total = 0.0
    for v in multiples(x, 2):
        for w in multiples(v, 2):
            total += v * w
    return total


@programs.on((1.3, 2), (1.3, 5))
def both_arms(x, n):
    g = multiples(x, n)
    total = 0.0
    if n > 3:
        for v in g:
            total += v
    else:
        for v in g:
            total += v * v
    return total


@programs.on((V,))
def keyword_arguments_and_defaults(x):
    def scaled(values, by=x[0], *rest, power=2):
        for v in values:
            yield by * v**power
        yield from rest

    total = 0.0
    for v in scaled(x, power=3):
        total += v
    for v in scaled(x, x[1], x[2], x[3]):
        total += v
    return total


@programs.on((A,))
def rows_and_tuples(x):
    def pairs(m):
        for i, row in enumerate(m):
            for j in range(i, row.shape[0]):
                yield i, row[j], row

    total = 0.0
    for i, v, row in pairs(x):
        total += i * v * row[0] + v
    return total


@programs.on((V,))
def loop_variable_afterwards(x):
    for i, v in enumerate(multiples(x[0], 2), start=3):
        last = v * i
    return v * last + i


@programs.on((V,))
def no_trip(x):
    total = x[0]
    for v in multiples(x, -1):
        total += np.sum(v)
        break
    for v in (a * a for a in x if a > 10):
        total += v
    return total


# -------------------------------------------------------------------------------------------------- closures


@programs.on((V,))
def generator_and_consumer_share(x):
    state = 1.0

    def produce():
        nonlocal state
        for v in x:
            state = state * v
            yield state
            state = state + 0.5

    total = 0.0
    for s in produce():
        total = total + s
        state = state - v_of(s)
    return total * state


def v_of(s):
    return s * s


@programs.on((V,))
def captured_afterwards(x):
    k = x[0]
    g = (a * k for a in x)
    k = x[1]
    total = 0.0
    for v in g:
        total = total + v * k
        k = k + 0.5
    return total


@programs.on((V,))
def first_iterable_is_evaluated_at_once(x):
    y = x * 2.0
    g = (a * b for a in y for b in x if a < b)
    y = x * 3.0
    return sum(g) * np.sum(y)


@programs.on((V,))
def returned_by_a_helper(x):
    def squares(values):
        return (v * v for v in values)

    total = 0.0
    for s in squares(x):
        total = total * 0.5 + s
    return total


@programs.on((V,))
def pipeline(x):
    def clipped(values, low):
        for v in values:
            if v < low:
                continue
            yield v - low

    def running(values):
        total = 0.0
        for v in values:
            total = total + v
            yield total

    result = 1.0
    for r in running(clipped((a * a for a in x), 0.2)):
        result = result * r
    return result


@programs.on((V,))
def assignment_expression_inside(x):
    g = ((last := a * a) for a in x)
    last = 0.0
    total = 0.0
    for v in g:
        total = total + v * last
    return total * last


def weighted(values, weight=2.0):
    total = 0.0
    for i, v in enumerate(values):
        total = total + v * weight**i
        if i > 5:
            total = total * v
    return total


@programs.on((V,))
def passed_to_a_helper(x):
    return weighted(multiples(x[0], 3)) * weighted((a * a for a in x), weight=0.5) + weighted(values=multiples(x[1], 2))


def scaled_sum(m, by):
    """Generators inside a helper that has a definition of its own."""
    total = 0.0
    for row in (r * by for r in m):
        for v in multiples(np.sum(row), 2):
            if v > 3.0:
                return total
            total = total + v
    return total


@programs.on((A,), (3.0 * A,))
def inside_a_helper(x):
    total = 0.0
    for i in range(3):
        total = total + scaled_sum(x, x[0, i])
    return total


@programs.on((V,))
def helper_called_by_a_generator(x):
    def items():
        for v in x:
            yield weighted([v, v * v], weight=v * v)

    return sum(items())


@programs.on((A,))
def buffer_of_a_closure(x):
    def make(rows):
        buffer = np.zeros(3)

        def fill():
            for row in rows:
                buffer[:] = buffer * 0.5 + row
                yield buffer

        return fill, buffer

    fill, buffer = make(x)
    total = 0.0
    for b in fill():
        total = total + np.sum(b**2)
        b[0] = 1.0
    return total + np.sum(buffer) * total


# ------------------------------------------------------------------------------------ yield from, other consumers


@programs.on((V,))
def delegating(x):
    def both(a):
        yield a[0]
        yield from multiples(a[1], 2)
        yield from a[2:]

    return sum(v * v for v in both(x))


@programs.on((V,))
def delegating_to_an_infinite_one(x):
    def from_zero(a):
        yield 0.0
        yield from powers(a)

    total = 0.0
    for i, v in enumerate(from_zero(x[3])):
        total += v
        if i > 4:
            return total


@programs.on((1.3,))
def used_up_by_calls(x):
    return sum(multiples(x, 3)) + max(multiples(x, 3)) * min(multiples(x, 2)) + len(list(multiples(x, 3)))


@programs.on((V,))
def array_of_a_list(x):
    return np.sum(np.array([np.sum(v) for v in multiples(x, 3)]) ** 2) + np.sum(np.stack(list(multiples(x, 2))))


@programs.on((V, 0.4), (V, 2.5))
def first_that_fits(x, low):
    first = next(v * v for v in x if v * v > low)
    other = next((v * first for v in x if v > low), x[0])
    return first * other + next(enumerate(multiples(x[1], 2), 5))[1] + next(powers(x[2]))


@programs.on((V,))
def added_to_a_list(x):
    items = [x[0]]
    items += multiples(x[1], 2)
    items.extend(iter(multiples(x[2], 1)))
    return sum([v * (i + 1) for i, v in enumerate(items)])


@programs.on((1.3,))
def unpacked(x):
    a, b, c = multiples(x, 2)
    first, *rest = multiples(x, 3)
    return a + b * c + sum(rest) * first


@programs.on((V,))
def comprehensions(x):
    squares = [v * v for v in multiples(x[0], 3) if v > 0.2]
    table = {i: v for i, v in enumerate(multiples(x[1], 2))}
    return sum(squares) * table[2]


@programs.on((V,))
def yield_without_a_value(x):
    def thrice():
        yield
        yield
        yield

    total = x[0]
    for _ in thrice():
        total = total * x[1]
    return total


@programs.on((V,))
def result_of_yield_is_none(x):
    def items():
        got = yield x[0]
        yield x[1] if got is None else x[2]

    return sum(items()) ** 2


@programs.on((V,))
def returns_early(x):
    def items(limit):
        for v in x:
            if v > limit:
                return
            yield v * v
        yield x[0]

    return sum(items(0.5)) + sum(items(5.0)) * 2.0


@programs.on((V,))
def in_a_while_loop(x):
    def halving(v):
        while np.sum(np.abs(v)) > 0.3:
            yield v
            v = v * 0.5

    total = 0.0
    for v in halving(x):
        total = total + np.sum(v**3)
    return total


def index_pairs(n):
    for i in range(n):
        for j in range(i):
            yield i, j


@programs.on((V, 4), (V, 0))
def generator_of_indices(x, n):
    total = 1.0
    for i, j in index_pairs(n):
        if i == j + 2:
            continue
        total = total + (x[i] - x[j]) ** 2 * total
    return total + sum(i * x[j] for i, j in index_pairs(n))


@programs.on((V,))
def generator_of_whole_numbers(x):
    def evens(n):
        for i in range(n):
            if i % 2 == 0:
                yield i

    total = 0.0
    for i in evens(4):
        total = total + x[i] * i
    return total


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_the_cells_and_the_generator_are_gone():
    for function, args in ((left_by_break, (1.3,)), (pipeline, (V,)), (generator_and_consumer_share, (V,))):
        source = grad(function).source_for(*args)
        assert "cell" not in source and "yield " not in source.replace("# yield", "") and "def " not in source[4:]


def test_effects_come_in_order():
    log = []

    def function(x):
        def items():
            for i in range(3):
                log.append(("made", i))
                yield x * i
            log.append("ended")

        total = 0.0
        for i, v in enumerate(items()):
            log.append(("used", i))
            total += v * v
            if i == limit:
                break
        return total

    for limit in (1, 5):
        expected = function(1.3), log.copy()
        log.clear()
        value, _ = value_and_grad(function)(1.3)
        assert (value, log) == expected
        log.clear()


def test_a_variable_that_no_trip_has_assigned_yet():
    def once(x):
        yield x * x

    def used(x):
        for v in once(x):
            total = total * v  # noqa: F821
        return total

    def tested(x):
        for v in once(x):
            if flag:  # noqa: F821
                x = v
            flag = True
        return x * flag

    for function in (used, tested):
        with pytest.raises(NameError):
            function(1.3)
        with pytest.raises(NameError):
            value_and_grad(function)(1.3)


def test_next_of_nothing_raises():
    def f(x):
        return next(v * v for v in [x, 2.0 * x] if v > 3.0)

    assert value_and_grad(f)(2.0) == (16.0, 16.0)
    with pytest.raises(StopIteration):
        value_and_grad(f)(1.0)


# ------------------------------------------------------------------------------------------------- refusals


def kept_in_a_list(x):
    total = 0.0
    for g in [multiples(x, 2), multiples(x, 3)]:
        for v in g:
            total += v
    return total


def one_of_two(x):
    g = multiples(x, 2) if x > 0 else powers(x)
    for v in g:
        return v * x


def tree(x):
    if len(x) > 0:
        yield x[0]
        yield from tree(x[1:])


def of_itself(x):
    return sum(tree(x))


def of_each_other(x):
    def a(n):
        yield x
        if n:
            yield from b(n - 1)

    def b(n):
        yield from a(n)

    return sum(a(3))


def too_many_yields(x):
    def items():
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x
        yield x

    return sum(items())


@pytest.mark.parametrize(
    ("function", "arg"),
    [
        (kept_in_a_list, 1.3),
        (one_of_two, 1.3),
        (of_itself, V),
        (of_each_other, 1.3),
        (too_many_yields, 1.3),
    ],
    ids=lambda a: getattr(a, "__name__", ""),
)
def test_refused(function, arg):
    refused(function, (arg,))


def test_a_generator_function_has_no_derivative():
    with pytest.raises(DifferentiationError, match="Generator functions cannot be differentiated"):
        grad(multiples)(1.0, 2)
