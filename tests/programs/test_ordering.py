"""Sorting and extremes by keys, functions of the operator module, built-in folds."""

import functools
import math
import operator
import statistics

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
L = [0.3, -1.1, 0.7, 1.9]
programs = Programs()


def weigh(items):
    total = 0.0
    for i, item in enumerate(items):
        total = total + (i + 1) * item * item
    return total


@programs.on((V,), (L,))
def sorted_items(x):
    return weigh(sorted(x))


@programs.on((V,))
def sorted_backwards(x):
    return weigh(sorted(x, reverse=True))


@programs.on((V,), (L,))
def sorted_by_a_key(x):
    return weigh(sorted(x, key=lambda v: -abs(v)))


@programs.on((V,))
def pairs_sorted_by_a_key(x):
    ps = sorted([(v, v * x[0]) for v in x], key=lambda p: p[1])
    return weigh([a * b for a, b in ps])


@programs.on((V,))
def pairs_sorted(x):
    ps = sorted([(v, i) for i, v in enumerate(x)])
    return sum([a * i * k for k, (a, i) in enumerate(ps)])


@programs.on((V,))
def order_of_items(x):
    order = sorted(range(len(x)), key=lambda i: x[i])
    return weigh([x[i] for i in order])


@programs.on((V,), (L,))
def largest_by_a_key(x):
    return max(x, key=lambda v: v * v) ** 3


@programs.on((V,))
def largest_by_abs(x):
    return max([v * 2 for v in x], key=abs) ** 3


@programs.on((V,))
def smallest_of_arguments_by_a_key(x):
    return min(x[0] * 2, x[1] * 3, x[2], key=abs) ** 2


@programs.on((V,))
def default_of_no_items(x):
    return max([v * v for v in x if v > 100], default=x[0] * 3)


@programs.on((V,))
def default_not_taken(x):
    return max([v * v for v in x], default=x[0] * 3)


@programs.on((V,), (L,))
def largest_pair(x):
    a, i = max(((v, i) for i, v in enumerate(x)))
    return a * a * i


@programs.on((V,))
def place_of_the_largest(x):
    return x[max(range(len(x)), key=lambda i: x[i])] ** 2


@programs.on((V,))
def smallest_of_four(x):
    return min(x[0], x[1], x[2], x[3]) ** 2


@programs.on((V,))
def sum_with_a_beginning(x):
    return sum([v * v for v in x], x[0])


@programs.on((V,))
def sum_with_start(x):
    return sum([v * v for v in x], start=x[0])


@programs.on((V,))
def all_of_a_generator(x):
    return x[0] * 2 if all(v > -5 for v in x) else x[1]


@programs.on((V,))
def sums_and_products(x):
    return operator.add(x[0], operator.mul(x[1], x[2])) ** 2


@programs.on((V,))
def an_item_getter(x):
    return operator.itemgetter(1)(x) ** 2


@programs.on((V,))
def a_getter_of_two_items(x):
    a, b = operator.itemgetter(1, 2)(x)
    return a * b


@programs.on((V,))
def sorted_by_an_item(x):
    return weigh([a * b for a, b in sorted([(v, -v) for v in x], key=operator.itemgetter(1))])


@programs.on((V,))
def an_attribute_getter(x):
    return operator.attrgetter("real")(x[0]) ** 2


@programs.on((V,))
def concatenated(x):
    return weigh(operator.concat([x[0]], [x[1]]))


@programs.on((V,))
def stored_by_a_function(x):
    y = [v for v in x]
    operator.setitem(y, 1, x[0] * x[2])
    return weigh(y)


@programs.on((V,))
def compared_by_a_function(x):
    return x[0] if operator.lt(x[0], x[1]) else x[1] * 2


@programs.on((V,))
def matmul_by_a_function(x):
    return operator.matmul(np.array([v for v in x]), np.array([v * v for v in x]))


@programs.on((V,))
def added_by_a_function(x):
    t = x[0] * 1
    t = operator.iadd(t, x[1] * x[2])
    return t


@programs.on((V,))
def signs_and_powers(x):
    return operator.pos(x[0]) * operator.neg(x[1]) * operator.abs(x[2]) * operator.pow(x[3], 2)


@programs.on((V,))
def called_by_a_function(x):
    return operator.call(math.sin, x[0])


@programs.on((V,))
def partial(x):
    f = functools.partial(lambda a, b, c: a * b + c, x[0], c=x[2])
    return f(x[1])


@programs.on((V,))
def product_of_a_list(x):
    return math.prod([v * v for v in x])


@programs.on((V,))
def product_with_start(x):
    return math.prod(x, start=x[0])


@programs.on((V,))
def exact_sum(x):
    return math.fsum(v * v for v in x)


@programs.on((V,))
def distance(x):
    return math.dist([x[0], x[1]], [x[2], x[3]])


@programs.on((V,))
def hypotenuse(x):
    return math.hypot(x[0], x[1], x[2])


@programs.on((V,))
def median(x):
    return statistics.median([v * v for v in x])


@programs.on((V,))
def builtin_arithmetic(x):
    return abs(x[1]) * pow(x[0], 2) * pow(x[3], x[2]) + divmod(x[3], x[0])[1] + round(x[0], 1)


@programs.on((V,))
def hypotenuses(x):
    return math.hypot(x[0]) * math.hypot(x[1], x[2])


@programs.on((V,))
def list_of_reversed(x):
    return weigh(list(reversed(x)))


@programs.on((V,))
def sorted_in_a_loop(x):
    t = 0.0
    for i in range(3):
        t = t + weigh(sorted([v * (i + 1) - x[0] * i * v * v for v in x]))
        if t > 1000000.0:
            return t
    return t


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
