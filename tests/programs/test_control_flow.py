"""Control flow: branches, loops, early exits, in each other."""

import math

import numpy as np
import pytest
from programs.checking import Programs, check

from srcad import value_and_grad

V = np.array([0.3, -1.1, 0.7, 1.9])
N = np.array([-0.6, 0.4, -1.3, 0.2])
P = np.array([1.2, 0.5, 2.1, 0.9])
A = np.array([[0.5, -1.2, 0.8, 0.1], [1.4, 0.3, -0.7, 2.0], [-0.9, 1.1, 0.6, -0.4]])
programs = Programs()


# ------------------------------------------------------------------------------------------------ branches


@programs.on((1.5,), (0.5,), (-2.0,))
def if_elif_else(x):
    if x > 1:
        y = x * x
    elif x > 0:
        y = math.sin(x)
    else:
        y = -x
    return y * x


@programs.on((1.5,), (0.5,))
def conditional_expression(x):
    return x * x if x > 1 else math.sin(x)


@programs.on((1.5, 2.0), (-1.5, 2.0), (-1.5, -2.0))
def nested_conditional_expressions(x, y):
    z = (x * y if y > 0 else x - y) if x > 0 else (y * y if y > 0 else x)
    return z * x


@programs.on((V,), (N,))
def and_or_return_values(x):
    a = x[0] or x[1]
    b = x[2] and x[3]
    c = (x[0] > 0 and x[1]) or x[2] * 2
    return a * b + c


@programs.on((3.0, 4.0), (-3.0, 4.0))
def or_of_floats(x, y):
    return (x or y) * 3 + (x and y) ** 2


@programs.on((1.5,), (-1.5,))
def assigned_in_one_arm(x):
    y = x * 3
    if x > 0:
        y = y * x
        x = 2 * x
    return x * y


@programs.on((1.5,), (-1.5,))
def defined_in_one_arm_used_in_a_like_one(x):
    if x > 0:
        k = x * x
    z = x * 2
    if x > 0:
        z = z * k
    return z


@programs.on((1.5,), (0.2,), (-1.0,))
def early_returns(x):
    if x > 1:
        return x**3
    y = x * 2
    if y > 0:
        if y > 0.3:
            return y * x
        return y
    return y * y


@programs.on((0.5,), (1.5,), (2.5,))
def chained_comparison(x):
    y = x * x if 1 < x < 2 else x
    if not 0 < x <= 1:
        y = y * 2
    return y


@programs.on((1.2, 2), (1.2, 3), (1.2, 0))
def branch_on_integers(x, n):
    if n % 2 == 0 and n > 0:
        return x**n
    elif n == 0:
        return 3.0 * x
    return math.cos(x) * n


@programs.on((V,), (N,))
def walrus(x):
    if (s := np.sum(x)) > 1:
        return s * s
    while (s := s * s + 0.1) < 0.5:
        s = s + 0.05
    return s * x[0]


@programs.on((1.5,), (-0.5,))
def number_or_array(x):
    y = x
    if x > 0:
        y = np.array([x, 2 * x])
    return np.sum(y * x)


# --------------------------------------------------------------------------------------------------- loops


@programs.on((0.3,), (1.1,))
def while_until_large(x):
    while x < 100:
        x = x * x + 1
    return x


@programs.on((2.0,), (0.5,))
def while_zero_trips(x):
    y = x
    while y < 1:
        y = y * 2 + x
    return y * x


@programs.on((2.0, 0), (2.0, 1), (2.0, 4))
def for_with_trip_counts(x, n):
    y = x
    for i in range(n):
        y = y * x + i
    return y


@programs.on((2.0, 3), (2.0, 0), (2.0, 4))
def branch_in_loop(x, n):
    y = 1.0
    for i in range(n):
        if i % 2 == 0:
            y = y * x
        else:
            y = y + x
    return y


@programs.on((1.3,), (0.1,), (2.4,))
def break_continue_else(x):
    s = 0.0
    for i in range(10):
        for j in range(5):
            if j > i:
                break
            if j == 1:
                continue
            s += x**j * math.sin(x * i)
        if s > 5:
            break
    else:
        s *= 2
    return s


@programs.on((0.3,), (1.9,), (0.001,))
def return_from_loop(x):
    for _ in range(10):
        x = x * 1.5
        if x > 2.0:
            return x * x
    return x


@programs.on((0.9,), (1.4,), (0.2,))
def return_from_nested_loops(x):
    s = x
    for i in range(4):
        for j in range(3):
            s = s * x + i * j
            if s > 3:
                return s * x
            if s < 0.01:
                break
        s = s + 0.1
    return s - x


@programs.on((2.0,))
def while_true(x):
    n = 0
    while True:
        x = np.sqrt(x) + 0.1 * x
        n += 1
        if n > 5:
            break
    return x * n


@programs.on((2.0,), (0.4,))
def while_else(x):
    i = 0
    while i < 3:
        x = x * x * 0.7
        if x > 10:
            break
        i += 1
    else:
        x = x + 1
    return x


@programs.on((2.0,))
def loop_variables_afterwards(x):
    for i in range(3):
        y = x * i
    return y * i


@programs.on((V,))
def loop_item_afterwards(x):
    for v in x:
        w = v * v
    return v * w


@programs.on((V,))
def swaps_in_loop(x):
    a, b = x[0], x[1]
    for _ in range(3):
        a, b = b, a * b
    return a + b


@programs.on((0.5,))
def rotation_of_three(x):
    a, b, c = x, x * x, 1.0
    for i in range(5):
        a, b, c = b, c + a * 0.5, a * x + i
    return a * b + c


@programs.on((V,), (N,))
def accumulate_product(x):
    t = 0.0
    for i in range(len(x)):
        t += x[i] * t + x[i]
    return t


@programs.on((V,), (N,))
def rows_of_a_vector(x):
    t = 0.0
    for v in x:
        t += v * v * v
    return t


@programs.on((A,))
def rows_of_a_matrix(x):
    t = 0.0
    for v in x:
        t += np.sum(v) * v[0]
    return t


@programs.on((V, P))
def enumerate_zip(x, y, strict=True):
    t = 0.0
    for i, (a, b) in enumerate(zip(x, y, strict=True)):
        t += a * b * i
    return t


@programs.on((V, P))
def reversed_and_zip(x, y, strict=True):
    t = 1.0
    for a, b in zip(reversed(x), y, strict=True):
        t = t * a + b
    for i in reversed(range(3)):
        t = t * x[i]
    return t


@programs.on((V,))
def enumerate_from_one(x):
    t = 0.0
    for k, v in enumerate(x, 1):
        t += v**k
    return t


@programs.on((V,))
def enumerate_keyword(x):
    t = 0.0
    for k, v in enumerate(x, start=2):
        t += v**k
    return t


@programs.on((V,), (N,))
def branches_over_items(x):
    t = 0.0
    for i, v in enumerate(x):
        t += v if i % 2 else (v * v if v > 0 else -v)
    return t


@programs.on((V,), (N,))
def while_over_arrays(x):
    n = 0
    while np.sum(x * x) > 0.1 and n < 20:
        x = x * 0.8
        n += 1
    return np.sum(x)


@programs.on((0.7,))
def four_nested_loops(x):
    s = 0.0
    for i in range(2):
        for j in range(2):
            for k in range(2):
                for m in range(2):
                    s = s * x + math.sin(x * (i + j + k + m))
                s = s + x
            s = s * 0.5
    return s


@programs.on((0.7,), (1.7,))
def loop_in_branch_in_loop(x):
    s = x
    for i in range(3):
        if s > 1:
            for _ in range(i + 1):
                s = s * 0.5 + x * x
                if s < 0.2:
                    break
        else:
            while s < 1:
                s = s * 2 + x
    return s


@programs.on((1.1,), (0.2,))
def continue_before_work(x):
    s = 0.0
    for i in range(6):
        if i % 3 == 0:
            continue
        t = x * i
        if t > 3:
            continue
        s += t * t
    return s


@programs.on((0.3,), (3.0,))
def nested_break_flags(x):
    found = False
    for i in range(4):
        for _ in range(4):
            x = x * 1.3 + 0.01 * i
            if x > 2:
                found = True
                break
        if found:
            break
    return x * 2 if found else x


@programs.on((V,), (N,))
def early_return_of_different_values(x):
    for i in range(4):
        if x[i] > 1:
            return x[i] * x[0]
        if x[i] < -1:
            return np.sum(x[: i + 1] ** 2)
    return x[-1]


@programs.on((0.6,))
def newton(a):
    x = 1.0
    for _ in range(30):
        step = (x * x - a) / (2 * x)
        x = x - step
        if abs(step) < 1e-12:
            break
    return x


@programs.on((0.6,), (1.6,))
def collatz_like(x):
    n = 7
    while n != 1:
        if n % 2:
            n = 3 * n + 1
            x = x * 1.1
        else:
            n //= 2
            x = x - 0.1 * x * x
    return x


@programs.on((0.5, True), (0.5, False))
def bool_argument(x, flag):
    if flag:
        return x * x
    return x


@programs.on((0.5, "a"), (0.5, "b"))
def string_argument(x, mode):
    y = x
    for _ in range(2):
        if mode == "a":
            y = y * x
        else:
            y = y + x
    return y


@programs.on((0.5, None), (0.5, 2.0))
def optional_argument(x, k=None):
    if k is None:
        k = x * 2
    return x * k


@programs.on((V,))
def assert_and_raise(x):
    assert len(x) == 4, "four"
    if x[0] > 100:
        raise ValueError("large")
    return x[0] * x[1]


@programs.on((0.8,))
def long_loop(x):
    y = 0.1
    for _ in range(2000):
        y = y + 0.001 * (x - y * y)
    return y


@programs.on((A,))
def loop_over_shape(a):
    m, n = a.shape
    s = 0.0
    for i in range(m):
        for j in range(n):
            if (i + j) % 2:
                s += a[i, j] ** 2
    return s


@programs.on((V,))
def value_only_needed_in_the_test(x):
    y = x * 3
    n = 0
    while y[0] < 10:
        y = y * 2
        n += 1
    return np.sum(x) * n


@programs.on((V, -1.0), (V, 0.5), (V, 2.0))
def assigned_in_one_branch_and_read_in_another(x, a):
    if a > 0:
        y = x * 2
    t = 0.0
    if a > 1:
        t = t + np.sum(y * y)
    return t + np.sum(x)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


# -------------------------------------------------------------------------------- variables without a value


def unassigned_in_a_tuple(x):
    if x > 10.0:
        y = x
    return x**2, (x, y)


def unassigned_in_a_list(x):
    history = []
    if x > 10.0:
        y = x
    history.append(y)
    return x**2, history


def unassigned_by_a_loop_without_trips(x):
    for i in range(int(x)):
        y = x * i
    z = y
    return x**2, z


@pytest.mark.parametrize("function", [unassigned_in_a_tuple, unassigned_in_a_list, unassigned_by_a_loop_without_trips])
def test_what_has_no_value_raises_as_in_python(function):
    with pytest.raises(UnboundLocalError):
        value_and_grad(function, has_aux=True)(0.5)
    value, _ = value_and_grad(function, has_aux=True)(11.0)
    assert value == function(11.0)
