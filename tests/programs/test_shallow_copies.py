"""Shallow copies of dicts and lists, which share the arrays that are written through the one or the other."""

import copy

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
programs = Programs()


@programs.on((V,))
def copied_by_dict(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    e = dict(d)
    e["a"] += d["b"]
    d["b"][0] = e["a"][1] ** 2
    return np.sum(d["a"] * e["b"])


@programs.on((V,))
def copied_by_the_method_beside_numbers(x):
    d = {"a": x * 1.0, "b": x * 2.0, "n": 3, "s": x[0] * x[1]}
    e = d.copy()
    e["a"][0] = e["b"][1] ** 2
    e["b"] = x * x
    d["b"][2] *= 4.0
    e["s"] *= 2.0
    return np.sum(d["a"] * d["b"] * e["b"]) * d["n"] * e["s"] + d["s"]


@programs.on((V,))
def spread_into_another(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    e = {**d, "c": x * 3.0}
    e["a"] *= e["c"]
    d["b"] += d["a"]
    return np.sum(d["a"] * e["b"] * x)


@programs.on((V,))
def united_with_another(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    e = d | {"b": x * x, "c": d["a"]}
    e["c"][1] = e["b"][0]
    d["b"] *= e["a"]
    return np.sum(d["b"] * e["c"] + e["b"])


@programs.on((V,))
def comprehension_over_items(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    e = {k.upper(): v for k, v in d.items()}
    e["A"] += d["b"]
    d["b"][0] = e["A"][1] ** 2
    return np.sum(d["a"] * e["B"])


@programs.on((V,))
def dict_called_with_more_entries(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    e = dict(d, c=d["a"])
    e["c"] += d["b"]
    return np.sum(d["a"] * e["b"] * e["a"])


@programs.on((V,))
def dict_of_keys_and_arrays(x):
    rows = [x * 1.0, x * 2.0]
    d = dict(zip("ab", rows, strict=True))
    d["a"] += rows[1]
    return np.sum(rows[0] * d["b"])


@programs.on((V,))
def lists_inside_are_shared(x):
    d = {"a": x * 1.0, "l": [x[0], x[1]]}
    e = copy.copy(d)
    e["l"].append(x[2])
    e["a"][0] = d["l"][2]
    d["l"][0] *= 3.0
    return np.sum(e["a"] * d["a"]) * sum(e["l"])


@programs.on((V,))
def copied_in_each_trip(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    for i in range(3):
        e = dict(d)
        e["a"] = e["a"] * e["b"][i]
        e["b"][i] += x[0]
        d = e
    return np.sum(d["a"] * d["b"])


@programs.on((V, 3), (V, 0))
def history_of_states(x, n):
    state = {"p": x * 1.0, "v": x * 0.5}
    seen = [dict(state)]
    for _ in range(n):
        state["p"] = state["p"] + 0.1 * state["v"]
        state["v"] *= 0.9
        seen.append(dict(state))
    return sum([np.sum(h["p"] * h["v"]) for h in seen])


@programs.on((V,), (-V,))
def copied_or_the_same(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    e = dict(d) if x[0] > 0 else d
    e["a"] += d["b"]
    e["b"] = x * x
    return np.sum(d["a"] * d["b"] * e["b"])


def doubled(d):
    e = dict(d)
    e["a"] *= 2.0
    e["c"] = e["a"] + 1.0
    return e


@programs.on((V,))
def copied_by_a_helper(x):
    d = {"a": x * 1.0}
    e = doubled(d)
    e["c"][0] = d["a"][1]
    return np.sum(d["a"] * e["c"])


@programs.on(({"a": V * 1.0, "b": V * 2.0},))
def argument_copied(d):
    e = d.copy()
    for key in e:
        e[key] *= 2.0
        e[key][0] = d["a"][1]
    e["b"] = e["a"] * 2.0
    return np.sum(d["a"] * d["b"] * e["b"])


@programs.on(({"w": V * 1.0, "l": [V * 2.0, V * 3.0]},))
def nested_argument_copied(d):
    e = dict(d)
    e["l"] = list(e["l"])
    e["l"][0] *= d["w"]
    e["l"][1] = e["w"]
    e["l"][1][2] = 1.5 * d["l"][0][0]
    return np.sum(d["w"] * d["l"][0] * d["l"][1])


@programs.on((V,))
def list_of_numbers_and_arrays_copied(x):
    items = [x * 1.0, x[0] * x[1], x * 2.0]
    others = list(items)
    first = others[0]
    first += x
    tail = items[1:]
    tail[1][0] = tail[0]
    return np.sum(items[0] * items[2]) * items[1] * others[1]


@programs.on((V, 1), (V, 0))
def dict_of_numbers_and_arrays_read_by_key(x, n):
    items = {"a": x[0] * x[1], "b": x * 1.0}
    others = {**items}
    row = others["b"]
    row[n] *= items["a"]
    return np.sum(items["b"]) * others["a"] * items["a"]


@programs.on((V,))
def dicts_by_key_updated_over_keys(x):
    params = {"w": x * 1.0, "b": x * 2.0}
    momenta = {key: np.zeros_like(value) for key, value in params.items()}
    for _ in range(2):
        gradients = {key: value**2 for key, value in params.items()}
        for key in params:
            momenta[key] = 0.9 * momenta[key] + gradients[key]
            params[key] -= 0.1 * momenta[key]
    return np.sum(params["w"] * params["b"])


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
