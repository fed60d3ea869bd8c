"""map, filter, reduce and itertools."""

import functools
import itertools
import math
import operator

import numpy as np
import pytest
from programs.checking import Programs, check, refused_with

from srcad import grad, value_and_grad

V = np.array([0.3, -1.1, 0.7, 1.9])
L = [0.3, -1.1, 0.7, 1.9]
programs = Programs()


@programs.on((V,), (L,))
def product_by_reduce(x):
    return functools.reduce(operator.mul, x)


@programs.on((V,))
def reduce_with_a_lambda(x):
    return functools.reduce(lambda a, b: a * b + a, [v * v for v in x])


@programs.on((V,))
def reduce_with_a_beginning(x):
    return functools.reduce(lambda a, b: np.sin(a) * b + a, x, 2.0 * x[0])


@programs.on((V,))
def reduce_of_a_map(x):
    return functools.reduce(lambda a, b: a * b, map(math.exp, x))


@programs.on((V,))
def reduce_of_nothing(x):
    return functools.reduce(lambda a, b: a * b, [], x[0])


@programs.on((V,))
def sum_of_a_map(x):
    return sum(map(math.sin, x))


@programs.on((V,))
def list_of_a_map(x):
    ys = list(map(lambda v: v * v, x))
    return ys[0] * ys[-1] + len(ys)


@programs.on((V,))
def unpacked_map(x):
    a, b = map(math.sin, (x[0], x[1]))
    return a * b


@programs.on((V,))
def map_of_two(x):
    return sum(map(lambda a, b: a * b, x, x[::-1]))


@programs.on((V,))
def map_of_a_generator(x):
    return sum(map(lambda a: a * a, (v * 2 for v in x if v > 0)))


@programs.on((V,))
def map_of_a_map(x):
    return sum(map(math.sin, map(math.exp, x)))


@programs.on((V,), (L,))
def loop_over_a_map(x):
    t = 0.0
    for v in map(math.sin, x):
        if v < 0:
            continue
        t = t + v * t + v
    return t


@programs.on((V,))
def filtered(x):
    return sum(filter(lambda v: v > 0, x))


@programs.on((V,))
def filtered_by_truth(x):
    return sum(filter(None, x))


@programs.on((V,))
def map_of_a_filter(x):
    return sum(map(math.sqrt, filter(lambda v: v > 0, x)))


@programs.on((V,))
def enumerated_map(x):
    return sum((i * v for i, v in enumerate(map(math.sin, x))))


@programs.on((V,))
def starmap(x):
    return sum(map(lambda a, b: a * b, x, x[1:]))


@programs.on((V,), (L,))
def accumulated(x):
    return sum(v * v for v in itertools.accumulate(x))


@programs.on((V,))
def accumulated_products(x):
    return sum(itertools.accumulate(x, operator.mul))


@programs.on((V,))
def accumulated_from_a_beginning(x):
    ys = list(itertools.accumulate(x, lambda a, b: a * 0.5 + b, initial=1.0))
    return ys[-1] * ys[1]


@programs.on((V,), (L,))
def chained(x):
    return sum(v * v for v in itertools.chain(x, [x[0] * 2], (x[1],)))


@programs.on((V,))
def chained_from_an_iterable(x):
    return sum(v * v for v in itertools.chain.from_iterable([[x[0], x[1]], [x[2]]]))


@programs.on((V,), (L,))
def pairs(x):
    return sum(((a - b) ** 2 for a, b in itertools.pairwise(x)))


@programs.on((V,))
def pairs_of_a_map(x):
    return sum(((a - b) ** 2 for a, b in itertools.pairwise(map(math.sin, x))))


@programs.on((V,))
def product(x):
    return sum((a * b**2 for a, b in itertools.product(x, x[1:])))


@programs.on((V,))
def product_with_itself(x):
    return sum((a * b**2 for a, b in itertools.product(x, repeat=2)))


@programs.on((V,), (L,))
def combinations_of_two(x):
    return sum(((a - b) ** 2 for a, b in itertools.combinations(x, 2)))


@programs.on((V,))
def combinations_of_three(x):
    return sum((a * b * c for a, b, c in itertools.combinations(x, 3)))


@programs.on((V,))
def permutations_of_two(x):
    return sum((a * b**2 for a, b in itertools.permutations(x, 2)))


@programs.on((V,))
def first_two(x):
    return sum(v * v for v in itertools.islice(x, 2))


@programs.on((V,))
def first_two_of_a_map(x):
    return sum(v * v for v in itertools.islice(map(math.sin, x), 2))


@programs.on((V,))
def every_other(x):
    return sum(v * v for v in itertools.islice(x, 1, None, 2))


@programs.on((V,))
def repeated(x):
    return sum(v * x[1] for v in itertools.repeat(x[0], 3))


@programs.on((V,))
def counting(x):
    t = 0.0
    for i in itertools.count(1):
        t = t + x[0] ** i
        if i > 5:
            break
    return t


@programs.on((V,))
def taken_while(x):
    return sum(itertools.takewhile(lambda v: v < 1, x))


@programs.on((V,))
def zipped_to_the_longest(x):
    return sum((a * b for a, b in itertools.zip_longest(x, x[:2], fillvalue=2.0)))


@programs.on((V,))
def zipped_with_a_count(x):
    return sum((a * b for a, b in zip(x, itertools.count(1))))


@programs.on((V,), (L,))
def zipped_with_a_map(x):
    return sum((a * b for a, b in zip(x, map(math.sin, x))))


@programs.on((V,))
def combinations_of_indices(x):
    return sum(((x[i] - x[j]) ** 2 for i, j in itertools.combinations(range(len(x)), 2)))


@programs.on((V,))
def product_of_indices(x):
    s = 0.0
    for i, j in itertools.product(range(3), range(2)):
        s += x[i] * x[j] ** 2
    return s


@programs.on((V,))
def reduce_in_reduce(x):
    return functools.reduce(lambda a, r: a + functools.reduce(lambda p, q: p * q, [r, x[0], a]), x, 0.5)


@programs.on((V,))
def map_of_a_partial(x):
    return sum(map(functools.partial(pow, x[0] + 3), x))


@programs.on((V,))
def array_of_a_map(x):
    return np.sum(np.array(list(map(math.sin, x))) ** 2)


@programs.on((V,))
def largest_of_a_map(x):
    return max(map(abs, x))


@programs.on((V,))
def dict_of_pairs(x):
    d = dict(zip("abcd", map(math.sin, x)))
    return d["a"] * d["c"]


@programs.on((V,))
def two_iterators_in_turns(x):
    return sum(a * b for a, b in zip(map(math.cos, x), map(math.sin, x)))


@programs.on((V,))
def three_iterators_in_turns(x):
    return sum(a * b * c for a, b, c in zip(map(math.cos, x), x, (v for v in x if v > 0)))


@programs.on((V,))
def cycle(x):
    s = 0.0
    for i, v in zip(range(6), itertools.cycle(x)):
        s += i * v * v
    return s


@programs.on((V,), (L,))
def compressed(x):
    return sum(v * v for v in itertools.compress(x, [1, 0, 1, 1]))


@programs.on((V,))
def any_of_a_map(x):
    return x[0] * 2 if any(map(lambda v: v > 0, x)) else x[1]


@programs.on((V,))
def accumulated_from_none(x):
    return sum([v * v for v in itertools.accumulate(x, initial=None)])


@programs.on((V,))
def cycle_of_a_map(x):
    total = 0.0
    for k, v in zip(range(6), itertools.cycle(map(math.sin, x))):
        total += k * v * v
    return total


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_errors_are_those_of_the_originals():
    with pytest.raises(TypeError, match="empty"):
        grad(lambda x: functools.reduce(operator.mul, x[4:]))(V)
    with pytest.raises(TypeError, match="empty"):
        grad(lambda x: functools.reduce(operator.mul, map(math.sin, x[4:])))(V)


def told(x):
    log = []

    def note(a):
        log.append(a)
        return a * a

    pairs = zip(map(note, itertools.islice(filter(lambda a: note(a) > 0.2, x), 2)), x)
    return sum([v * w for v, w in pairs]), log


def test_functions_are_called_in_the_order_of_the_originals():
    value, log = told(V)
    assert value_and_grad(told, has_aux=True)(V)[0] == (value, log)
    assert log == [0.3, -1.1, -1.1, 0.7, 0.7]


def wrong_inside(x):
    return sum(map(lambda v: v.unknown, x))


def test_refusals_in_a_function_given_to_the_library_name_its_line():
    error = refused_with(lambda: grad(wrong_inside)(V), "unknown")
    assert error.site.file == __file__ and "unknown" in error.site.source
