"""Control flow: what loops run over, how they are left, and what is consumed at once."""

import contextlib
import functools
import math

import numpy as np

from .registry import example

V = np.array([0.3, -1.1, 0.7, 1.9])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7]])


@example((1.5, 3), (1.5, 0))
def for_range(x, n):
    y = x
    for i in range(n):
        y = y * x + i
    return y


@example((A,), (A[:1],))
def for_rows(x):
    total = 1.0
    for row in x:
        total = total * np.sum(row * row)
    return total


@example((V,))
def for_lists_and_tuples(x):
    total = 1.0
    for a, n in [(x[0], 1), (x[1], 2)]:
        for b in (a, x[2]):
            total = total * b + n
    return total


@example((V,))
def for_zip_enumerate(x):
    total = 0.0
    for i, (a, b) in enumerate(zip(x[1:], x[:-1], strict=True)):
        total = total + i * a * b
    return total


@example((V,))
def for_reversed(x):
    total = 0.0
    for a in reversed(x):
        total = total * a + a
    return total


@example((V,))
def for_sorted(x):
    total = 0.0
    for a in sorted(x):
        total = total * 0.5 + a * a
    return total


@example((V,))
def for_dict_items(x):
    total = 0.0
    for key, value in {"a": x[0], "bc": x[1]}.items():
        total = total + len(key) * value * value
    return total


@example((V,))
def iterator_used_twice(x):
    pairs = zip(x, x[1:], strict=False)
    first = next(pairs)
    total = first[0]
    for a, b in pairs:
        total = total + a * b
    return total


@example((V,))
def ndenumerate(x):
    total = 0.0
    for (i,), a in np.ndenumerate(x):
        total = total + i * a * a
    return total


@example((1.5,), (0.1,))
def trips_that_depend_on_data(x):
    n = 0
    while abs(x) < 10 and n < 50:
        x = x * x + x
        n += 1
    return x * n


@example((V, 0.0), (V, 9.0), (V[:0], 0.0))
def for_else(x, bound):
    total = 0.0
    for a in x:
        total = total + a * a
        if total > bound:
            break
    else:
        total = total * 2
    return total


@example((1.5, 3.0), (1.5, 30.0))
def while_else(x, bound):
    n = 0
    while n < 3:
        x = x * x
        n += 1
        if x > bound:
            break
    else:
        x = -x
    return x


@example((1.5,), (7.5,))
def while_true(x):
    while True:
        x = x * x
        if x > 5:
            return x


@example((1.5,), (0.5,))
def while_walrus(x):
    while (y := x * x) < 4:
        x = y + 1
    return y * x


@example((A,), (-A,))
def break_in_inner_loop(x):
    total = 1.0
    for row in x:
        for a in row:
            if a < 0:
                break
            total = total * (1 + a)
        total = total + row[0]
    return total


@example((A,), (-A,))
def return_in_inner_loop(x):
    total = 1.0
    for row in x:
        for a in row:
            total = total * a
            if total < 0:
                return total * a
    return total


@example((1.5, 4), (1.5, 1))
def loop_variable_after_loop(x, n):
    for i in range(n):
        y = x * i
    return y * i + x


@example((V,), (V[:0],))
def nested_comprehension(x):
    return sum([a * b for a in x for b in x[1:] if a < b], 0.0)


@example((V,), (V[:0],))
def generator_consumed_at_once(x):
    return sum((a * a for a in x if a > 0), 0.0)


@example((V,), (-V,))
def any_all_of_generator(x):
    return x[0] * x[1] if any(a > 1.5 for a in x) and all(a < 2 for a in x) else x[2]


@example((V,))
def for_over_generator_expression(x):
    total = 1.0
    for square in (a * a for a in x):
        total = total * square
    return total


@example((1.5, 5), (1.5, 0))
def recursion(x, n):
    return 1.0 if n == 0 else x * recursion(x, n - 1) + x


def _odd(x, n):
    return x if n == 0 else x * mutual_recursion(x, n - 1)


@example((1.5, 4), (1.5, 0))
def mutual_recursion(x, n):
    return 1.0 if n == 0 else 1 + _odd(x, n - 1)


@example((V,))
def recursion_on_arrays(x):
    if len(x) == 1:
        return x[0] * x[0]
    half = len(x) // 2
    return recursion_on_arrays(x[:half]) * 2 + recursion_on_arrays(x[half:])


def _weighted(tree):
    return 0.0 if tree is None else tree[0] ** 2 + _weighted(tree[1]) + 3 * _weighted(tree[2])


@example((1.5,))
def recursion_over_a_tree(x):
    return _weighted((x, (x * x, None, None), (2.0, (x + 1.0, None, None), None)))


def _multiply_up(y, seen, n):
    if n > 0:
        _multiply_up(y, seen, n - 1)
        y[n] *= y[n - 1]
        seen.append(y[n] ** 2)


@example((V,))
def recursion_that_writes(x):
    y, seen = x.copy(), []
    _multiply_up(y, seen, len(x) - 1)
    return np.sum(y) * sum(seen)


@example((1.5,), (-0.5,))
def try_finally(x):
    y = [x]
    try:
        y.append(x * x)
    finally:
        y.append(x * 2)
    return y[0] * y[1] * y[2]


@example((1.5,), (-0.5,))
def try_else(x):
    try:
        y = math.sqrt(x)
    except ValueError as error:
        y = x * len(error.args)
    else:
        y = y * x
    return y * x


@example((1.5,), (-0.5,))
def raise_and_catch(x):
    try:
        if x < 0:
            raise KeyError("negative")
        y = x * x
    except (KeyError, IndexError):
        y = math.sin(x)
    return y


@contextlib.contextmanager
def _doubled(x):
    yield x * 2


@example((1.5,), (-0.5,))
def with_own_context_manager(x):
    with _doubled(x) as y:
        z = y * x
    return z


class _Sum:
    def __init__(self, start):
        self.total = start

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.total = self.total * self.total


@example((V,))
def with_class(x):
    with _Sum(x[0]) as result:
        for v in x:
            result.total = result.total + v * v
    return result.total


@contextlib.contextmanager
def _using(parameters, w):
    old = parameters["w"]
    parameters["w"] = w
    try:
        yield
    finally:
        parameters["w"] = old


@example((V,))
def with_parameters_swapped(x):
    parameters = {"w": x}
    with _using(parameters, x * x):
        y = np.sum(np.sin(parameters["w"] * x))
    return y * np.sum(parameters["w"])


@contextlib.contextmanager
def _ignoring(kind, x):
    square = x * x
    try:
        yield square
    except kind:
        pass


@example((V, 1), (V, 7))
def with_that_swallows(x, i):
    y = x[0]
    with _ignoring(IndexError, x[1]) as square:
        y = square * x[i]
    return y * y


@example((V, 1), (V, 7))
def with_of_contextlib(x, i):
    y = x[0]
    with contextlib.ExitStack() as stack:
        double = stack.enter_context(_doubled(x[1]))
        square = stack.enter_context(contextlib.nullcontext(x * x))
        stack.enter_context(contextlib.suppress(IndexError))
        y = square[i] * double
    return y * y


@example((1.5,))
def with_entered_twice(x):
    manager = _doubled(x)
    y = x
    for _ in range(2):
        with manager as double:
            y = y * double
    return y


@example((1.5,), (-0.5,))
def raise_again(x):
    try:
        return x * x
    except ValueError:
        raise


@example((V,))
def reduce_with_function(x):
    return functools.reduce(lambda a, b: a * b + a, x)


@example((1.5, (1, 2)), (1.5, (1, 2, 3)), (1.5, {"scale": 3.0}), (1.5, 7.0), (1.5, None))
def match_patterns(x, shape):
    match shape:
        case [a, b]:
            return x * a + b
        case [first, *rest] if len(rest) > 1:
            return x**first * len(rest)
        case {"scale": scale}:
            return x * scale
        case float() as number:
            return x * number
        case None | "nothing":
            return x * x
        case _:
            return x
