"""Programs that once gave a wrong number or an internal error, as small as they could be made."""

import collections
import math
import warnings

import numpy as np
import pytest
from programs.checking import Programs, check

from srcad import grad
from srcad.errors import FactsNeededError, MissingRuleError, UnsupportedError

V = np.array([0.3, -1.1, 0.7])
X = np.array([1.2, 0.7, 0.4])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7], [-0.9, 1.1, 0.6]])
programs = Programs()


@programs.on((V, A[:, :3]))
def rows_of_what_an_outer_trip_made(x, m):
    total = 0.0
    for k in range(2):
        a = np.sin(m) * x[k]
        for i in range(len(m)):
            r = a[i]
            total = total + np.sum(r * r * x)
    return total


@programs.on((V, A[:, :3]))
def rows_of_what_an_outer_trip_made_written(x, m):
    total = 0.0
    for k in range(2):
        a = np.sin(m) * x[k]
        b = np.zeros(m.shape)
        for i in range(len(m)):
            b[i] = a[i] * x
            b[i] *= a[i]
        total = total + np.sum(b)
    return total


@programs.on((A[:2],))
def signs_before_a_change_of_shape(x):
    turned = np.sum(np.transpose(-x)) + np.sum(np.reshape(-x, (6,)) * 2.0)
    return turned + np.sum(np.reshape(x * 2.0, (3, 2)) * 3.0) - np.sum(np.expand_dims(-x, 1) / 2.0)


def product_of(pair):
    x, y = pair
    z = y * x
    return np.sum(z)


@programs.on((0.3,))
def helper_given_a_tuple_of_written_arrays(s):
    x = X * s
    y = np.zeros(3)
    for i in range(3):
        y[i] = x[i]
    return product_of((x, y))


@programs.on((V,))
def joined_list_of_written_arrays(x):
    rows = [x.copy(), x * 2]
    for r in rows:
        r[0] = r[1] * r[2]
    a = np.stack(rows)
    rows[0][1] = 0.0
    return np.sum(a**2) + np.sum(np.array(rows) * a) + np.sum(np.concatenate(rows) ** 2)


@programs.on((V, A))
def tuple_that_no_trip_has_made_yet(x, m):
    for row in m:
        if row[0] > -1.0:
            pair = (x * row[0], np.sum(row) * 0.3, [x * row])
            if row[1] > 0.0:
                pair = (row, 2.0, [x])
    return np.sum(pair[0]) * np.sin(pair[1]) + np.sum(pair[2][0] ** 2)


@programs.on((V,))
def starred_unpacking_of_an_array(x):
    a, *b = x
    return a * b[0] + b[1]


def filled_through_a_reshaped_view(x):
    d = np.zeros_like(x)
    np.reshape(d, -1)[4] = 2 * x[1, 1]
    return 2.0 * (d * x)


@programs.on((A,))
def helper_writing_through_a_view(x):
    return np.sum(filled_through_a_reshaped_view(x) * A)


@programs.on((V,))
def overlapping_store(x):
    y = x.copy()
    y[1:] += y[:-1] * 2
    y[1:] = y[:-1]
    return np.sum(y * X)


@programs.on((A,))
def list_of_arrays_of_several_shapes(x):
    y = x.copy()
    seen = [y]
    row = y[0]
    for _ in range(3):
        row *= 1.3
        y[1] += np.sin(row)
        seen.append(y[1].copy())
    return np.sum(seen[0] ** 2) + seen[1] @ seen[3]


@programs.on(({"a": V, "b": X},))
def items_of_a_dict(d):
    t = 0.0
    for key, v in d.items():
        t += np.sum(v * v) * (2.0 if key == "a" else 3.0)
    return t


@programs.on(({"a": V, "b": X},))
def values_of_a_dict(d):
    t = 0.0
    for v in d.values():
        t += np.sum(v**3)
    return t


@programs.on((2.0,))
def break_whose_test_was_known_on_the_first_trip(x):
    n = 0
    while True:
        x = np.sqrt(x) + 0.1 * x
        n += 1
        if n > 5:
            break
    return x * n


@programs.on((V, 0), (V, 1), (V, 3))
def number_that_becomes_an_array(x, n):
    s = 0.0
    for i in range(n):
        s += x * i
    s *= 2.0
    return np.sum(s**2) + 1.0


@programs.on((V, 0), (V, 1), (V, 3))
def sum_of_a_list_of_arrays_of_unknown_length(x, n):
    y = x.copy()
    for _ in range(2):
        y = y + 0.1 * sum(a * np.sin(y) for a in [0.3] * n)
        y[0] *= y[1]
    return np.sum(y)


@programs.on((1.5, 0.7))
def lists_that_take_turns(x, y):
    before = [x, y]
    for i in range(3):
        now = [x * i]
        for v in before:
            now.append(v * now[-1] + y)
        before = now
    return before[-1] * before[1]


@programs.on((V,))
def stages_read_before_any_is_known(y):
    for _ in range(2):
        stages = []
        for row in [[], [0.5], [0.1, 0.2]]:
            z = y.copy()
            for a, k in zip(row, stages, strict=False):
                z += a * k
            stages.append(np.sin(z))
        y = y + stages[-1]
    return np.sum(y * X)


def checked(x):
    assert x.ndim == 1
    y = np.exp(x)
    return y * x


@programs.on((V,))
def result_of_a_helper_that_asserts_is_written(x):
    y = checked(x)
    y += 1.0
    y[0] *= y[1]
    return y @ y


@programs.on((V, A))
def tuple_captured_with_an_array_that_travels(x, m):
    pair = (m[0] * m[1], 2.0)
    x[0] = 0.5
    rows = [x for _ in m]
    late = lambda: pair[0] * x  # noqa: F841
    return np.sum(pair[0]) * pair[1] + np.sum(rows[0])


def joined(a, b=0.5, *, more=None):
    if more is None:
        return a * b
    return a * b + more


@programs.on((V,))
def helper_with_a_keyword_only_parameter(x):
    y = joined(x, more=x)
    return np.sum(joined(y) * y)


@programs.on((V, A, 9.0), (V, A, -9.0))
def sum_that_is_its_start(x, m, least):
    y = sum([x * r for r in m if np.sum(r) > least], m[1])
    y[1:] = y[:-1] * 2.0
    return np.sum(m**2) + np.sum(y * X)


def nested_sum(tree):
    if isinstance(tree, list):
        total = 0.0
        for item in tree:
            total += nested_sum(item)
        return math.tanh(total)
    return np.sum(tree * tree)


@programs.on(([0.3, [V, [0.7]]],))
def nested_list(tree):
    return nested_sum(tree)


@programs.on((np.arange(12.0).reshape(3, 4) + 0.3,))
def unpacked_array_of_unknown_axes(m):
    rows = [m[0], m / 1.0]
    rows[1] = m[1]
    first, *rest = sum(rows) * 0.3
    return first + rest[1]


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_a_sum_that_keeps_its_first_dtype_is_not_replaced_by_one_that_does_not():
    def f(x, w):
        s = 0.0
        for v in [x, w]:
            s += v
        return np.sum(s * s)

    x, w = V.astype(np.float32), X * 1e-9
    with pytest.raises(UnsupportedError, match=r"write x = x \+ y|keep one type"):
        grad(f)(x, w)


def test_a_sum_that_others_see_is_not_replaced():
    def f(x):
        s = 0.0
        seen = []
        for i in range(3):
            s += x * i
            seen.append(s)
        return np.sum(seen[1] * seen[2])

    with pytest.raises(FactsNeededError, match="number or an array"):
        grad(f)(V)


def test_cross_products_in_the_plane_are_refused():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with pytest.raises(UnsupportedError, match="length two"):
            grad(lambda a, b: np.sum(np.cross(a, b)))(A[:, :2], A[:, 1:])


def test_a_zero_cotangent_from_a_selection_stays_zero():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        gradient = grad(lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0)))(np.array([-1.0, 0.0, 4.0]))
        chosen = grad(lambda x: np.sum(np.log(x)[x > 0]))(np.array([-1.0, 2.0]))
    np.testing.assert_array_equal(gradient, [0.0, 0.0, 0.25])
    np.testing.assert_array_equal(chosen, [0.0, 0.5])


def test_an_object_that_is_given_what_varies():
    class Held:
        def __init__(self, x):
            self.x = x

    def f(held, x):
        held.x = x
        return held.x * x

    held = Held(1.0)
    assert grad(f, argnums=1)(held, 2.0) == 4.0
    assert held.x == 1.0


def test_a_parameter_that_a_rule_does_not_differentiate_is_refused():
    with pytest.raises(UnsupportedError, match="constant_values"):
        grad(lambda y: np.sum(np.pad(V, 1, constant_values=y) ** 2))(2.0)


def test_fields_of_a_named_tuple():
    Pair = collections.namedtuple("Pair", "a b")
    gradient = grad(lambda p: p.a * np.sum(p.b**2))(Pair(2.0, V))
    assert type(gradient) is Pair
    assert gradient.a == pytest.approx(np.sum(V**2))
    np.testing.assert_allclose(gradient.b, 4 * V)


def test_a_callable_object_is_what_its_class_says():
    class Scale:
        def __init__(self, w):
            self.w = w

        def __call__(self, x):
            return x * self.w

    assert grad(lambda x, g: g(x) * g(x))(3.0, Scale(2.0)) == pytest.approx(24.0)


def noisy(x, rng):
    noise = rng.normal(size=3)
    x = x * noise
    x[0] = 2.0 * x[1]
    return np.sum(x * (rng.random(3) > 0.3) * X)


def test_draws_happen_once_and_in_their_order():
    gradient = grad(noisy)(V, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    noise, kept = rng.normal(size=3), rng.random(3) > 0.3
    expected = X * kept
    expected[0], expected[1] = 0.0, expected[1] + 2.0 * expected[0]
    np.testing.assert_allclose(gradient, expected * noise)


def test_parameters_of_draws_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(MissingRuleError, match="normal"):
        grad(lambda mu: np.sum(rng.normal(mu, 1.0, size=3)))(2.0)
    with pytest.raises(MissingRuleError, match="normal"):
        grad(lambda mu: np.sum(np.random.normal(mu, 1.0, size=3)))(2.0)
