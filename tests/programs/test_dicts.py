"""Dicts that are updated, and from which items are taken."""

import collections

import numpy as np
import pytest
from programs.checking import Programs, check

from srcad import grad, jvp
from srcad.errors import UnsupportedError

V = np.array([0.3, -1.1, 0.7, 1.9])
L = [0.3, -1.1, 0.7, 1.9]
programs = Programs()


@programs.on((V,))
def updated(x):
    d = {"a": x[0], "b": x[1] * 2}
    d.update({"b": x[2], "c": x[3]})
    return d["a"] * d["b"] + d["c"] ** 2


@programs.on((V,))
def updated_by_keywords(x):
    d = {"a": x[0], "b": x[1] * 2}
    d.update(b=x[2], c=x[3])
    return d["a"] * d["b"] + d["c"] ** 2


@programs.on((V,))
def updated_by_pairs(x):
    d = {"a": x[0], "b": x[1] * 2}
    d.update([("b", x[2]), ("c", x[3])])
    return d["a"] * d["b"] + d["c"] ** 2


@programs.on((V,))
def updated_by_zip(x):
    d = {"a": x[0], "b": x[1] * 2}
    d.update(zip("bcd", x))
    return d["a"] * d["b"] + d["c"] ** 2


@programs.on((V,))
def updated_in_a_loop(x):
    d = {}
    for i in range(4):
        d.update({i: x[i] * i})
        d.update({i % 2: x[i]})
    return sum(d.values()) * d[0]


@programs.on((V,))
def updated_by_an_operator(x):
    d = {"a": x[0], "b": x[1] * 2}
    e = d
    d |= {"b": x[2], "c": x[3]}
    return e["a"] * d["b"] + e["c"] ** 2


@programs.on((V,))
def defaults_set(x):
    d = {"a": x[0]}
    v = d.setdefault("a", x[1]) * d.setdefault("b", x[2])
    return v + d["b"] ** 2


@programs.on((V,))
def popped(x):
    d = {"a": x[0], "b": x[1] * x[0], "c": x[2]}
    v = d.pop("b")
    return v * sum(d.values())


@programs.on((V,))
def popped_and_stored_again(x):
    d = {"a": x[0], "b": x[1] * x[0], "c": x[2]}
    v = d.pop("a")
    d["a"] = v * v
    return d["a"] * d["b"] + d["c"]


@programs.on((V,))
def all_popped_and_put_back_in_another_order(x):
    d = {"a": x[0], "b": x[1] * x[0], "c": x[2]}
    items = [d.pop(k) for k in ("b", "c", "a")]
    for k in range(3):
        d["cab"[k]] = items[k] * x[3]
    t = 0.0
    for v in d.values():
        t = t * 0.5 + v * v
    return t * d["b"]


@programs.on((V,))
def deleted_and_stored_in_each_trip(x):
    d = {"a": x[0], "b": x[1]}
    for k in range(3):
        d["b"] = d.pop("a") * x[k]
        d["a"] = d["b"] + x[3]
        if k == 1:
            del d["b"]
    return d["a"] * d["b"]


@programs.on((V,))
def popped_or_a_default(x):
    d = {"a": x[0], "b": x[1] * x[0], "c": x[2]}
    v = d.pop("b", x[3]) * d.pop("b", x[3])
    return v * sum(d.values())


@programs.on((V,))
def order_of_keys(x):
    d = {"a": x[0], "b": x[1] * x[0], "c": x[2]}
    t = 0.0
    for v in d.values():
        t = t * 0.5 + v * v
    d.pop("a")
    for v in d.values():
        t = t * 0.7 + v * v * t
    d["a"] = x[3]
    for v in d.values():
        t = t * 0.5 + v * v * t
    del d["c"]
    d["c"] = t
    for v in d.values():
        t = t * 0.5 + v * v * t
    return t


@programs.on((V,))
def deleted_and_stored_again(x):
    d = {"a": x[0], "b": x[1] * x[0], "c": x[2]}
    del d["b"]
    d["b"] = x[3]
    return sum([(i + 1) * v for i, v in enumerate(d.values())]) ** 2


@programs.on((V,))
def deleted_in_a_loop(x):
    d = {i: v * v for i, v in enumerate(x)}
    t = 0.0
    for i in range(3):
        t += d[i] * sum(d.values())
        del d[i]
        if t > 1000000000.0:
            break
    return t * sum(d.values())


@programs.on((V,))
def last_item_popped(x):
    d = {"a": x[0], "b": x[1] * x[0]}
    k, v = d.popitem()
    return v * d["a"] * len(k)


@programs.on((V,))
def cleared(x):
    d = {"a": x[0], "b": x[1] * x[0]}
    t = d["a"] * d["b"]
    d.clear()
    d["a"] = x[2]
    return t * d["a"]


@programs.on((V,))
def from_keys(x):
    d = dict.fromkeys("abc", x[0])
    d["a"] = x[1]
    return d["a"] * d["b"] + d["c"]


@programs.on((V,))
def one_array_for_all_keys(x):
    d = dict.fromkeys("abc", x * 1.0)
    d["a"][0] = x[1]
    return np.sum(d["b"] * x)


@programs.on((V,))
def arrays_popped(x):
    d = {"a": x * 1.0, "b": x * x}
    v = d.pop("a")
    v[0] = x[1]
    d["c"] = v
    v *= 2
    return np.sum(d["b"] * d["c"])


@programs.on((V,))
def deleted_or_popped(x):
    d = {"a": x[0], "b": x[1]}
    if x[0] > 0:
        del d["a"]
    else:
        d.pop("b")
    return sum(d.values()) ** 2


@programs.on((V,))
def changed_by_a_helper(x):

    def h(d):
        d["z"] = d.pop("a") * 2
        d.update(q=x[3])

    d = {"a": x[0], "b": x[1]}
    h(d)
    return d["z"] * d["b"] * d["q"]


@programs.on((V,))
def arrays_updated(x):
    d = {"a": x * 1.0}
    e = {"b": x * x, "a": x + 1}
    d.update(e)
    e["b"][0] = x[1]
    d["a"] *= 2
    return np.sum(d["a"] * d["b"] * e["a"])


@programs.on((V,))
def counter_of_constants(x):
    c = collections.Counter("abca")
    return c["a"] * x[0] ** 2


@programs.on((V,))
def sorted_by_value(x):
    d = {"a": x[0], "b": x[1]}
    return sum([v * len(k) for k, v in sorted(d.items(), key=lambda kv: kv[1])]) * max(d.values())


@programs.on((V,))
def key_of_the_largest(x):
    d = {"a": x[0], "b": x[1] ** 2}
    k = max(d, key=d.get)
    return d[k] ** 2


@programs.on((V,))
def key_of_the_largest_by_a_lambda(x):
    d = {"a": x[0], "b": x[1] ** 2}
    k = max(d, key=lambda k: d[k])
    return d[k] ** 2


@programs.on((V,))
def number_in_a_key(x):
    d = {"1": x[0], "2": x[1]}
    t = 0.0
    for k, v in d.items():
        t += float(k) * v
    return t


@programs.on(({"w1": V * 1.0, "w2": V * 0.5},))
def keys_that_are_asked(params):
    largest = max(params, key=lambda k: np.sum(params[k]))
    some = {k: v * 2.0 for k, v in params.items() if not k.endswith("2")}
    return np.sum(params[largest] ** 2) * np.sum(some["w1"])


@programs.on(({"a": 1.5, "b": 0.3, "c": -0.7},))
def argument_that_is_changed(d):
    d.pop("a")
    d["b"] *= 2
    return d["b"] * d["c"]


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def key_of_a_display(x):
    d = {x[0]: x[1]}
    total = 0.0
    for k in d:
        total += k * x[2]
    return total


def key_of_a_pair(x):
    d = {}
    d[x[0] * 2] = x[1]
    return sum(k * v for k, v in d.items())


def key_among_all(x):
    d = {}
    d[x[0] * 2] = x[1]
    return sum(d.keys()) * d[x[0] * 2]


def numbers_of_a_tuple(x):
    total = 0.0
    for a, b in {(x[0], x[1]): x[2]}:
        total += a * b
    return total


@pytest.mark.parametrize("function", [key_of_a_display, key_of_a_pair, key_among_all, numbers_of_a_tuple])
def test_a_key_that_is_read_carries_no_derivative(function):
    with pytest.raises(UnsupportedError, match="the key of a dict carries a derivative"):
        grad(function)(V)
    with pytest.raises(UnsupportedError, match="the key of a dict carries a derivative"):
        jvp(function, (V,), (V,))


def table_of_results(x):
    table = {}
    for v in (x, x, x * 2):
        if v not in table:
            table[v] = v * v
    return table[x] * table[x * 2]


def test_a_key_that_is_only_looked_up_by_may_carry_one():
    assert grad(table_of_results)(1.5) == pytest.approx(16 * 1.5**3)  # of x**2 * (2 x)**2
