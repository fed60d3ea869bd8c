"""Data: tuples, lists, dicts, comprehensions, nested parameters, methods and attributes of arrays, numbers."""

import math
from typing import NamedTuple

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
N = np.array([-0.6, 0.4, -1.3, 0.2])
P = np.array([1.2, 0.5, 2.1, 0.9])
U = np.array([0.4, -0.2, 1.1])
A = np.array([[0.5, -1.2, 0.8, 0.1], [1.4, 0.3, -0.7, 2.0], [-0.9, 1.1, 0.6, -0.4]])
W = A.T * 0.5
programs = Programs()


class Layer(NamedTuple):
    w: object
    b: object


# ------------------------------------------------------------------------------------------------- tuples


@programs.on(((V, W),))
def unpacked_parameters(p):
    v, w = p
    return np.sum(v @ w)


@programs.on((((V, 2.0), (W, (U, 3.0))),))
def nested_unpacking(p):
    (v, k), (w, (u, m)) = p
    return np.sum((v * k) @ w * u) * m


@programs.on((1.5, -0.5))
def tuple_values(x, y):
    t = (x, y, x * y)
    a, b, c = t
    return t[0] * t[-1] + a * b + c + sum(t)


@programs.on((1.5, -0.5))
def starred_unpacking(x, y):
    first, *rest = (x, y, x * y, 2.0)
    *init, last = rest
    return first * rest[1] + init[0] * last


@programs.on((1.5, -0.5))
def tuple_concatenation(x, y):
    t = (x,) + (y, x * x)
    t += (y * y,)
    return t[0] * t[1] + t[2] * t[3]


@programs.on((Layer(W, U), V))
def named_tuple_parameters(p, x):
    return np.sum(np.tanh(x @ p.w + p.b))


@programs.on(([Layer(W, U), Layer(W.T, V)], A))
def list_of_named_tuples(ps, x):
    for w, b in ps:
        x = np.tanh(x @ w + b)
    return np.sum(x)


@programs.on((1.5,), (-1.5,))
def tuples_out_of_branches(x):
    t = (x, x * x) if x > 0 else (x * 3, 1.0)
    return t[0] * t[1]


@programs.on(
    (1.5, 3),
)
def tuple_carried_by_a_loop(x, n):
    t = (x, 1.0)
    for _ in range(n):
        t = (t[1] * x, t[0] + t[1])
    return t[0] * t[1]


# -------------------------------------------------------------------------------------------------- lists


@programs.on((2.0,))
def append_reads_itself(x):
    s = [x]
    for _ in range(4):
        s.append(s[-1] * x + s[0])
    return s[-1] + sum(s)


@programs.on((V,))
def list_slots_are_overwritten(x):
    s = [x[0], x[1]]
    s[0] = s[1] * s[0]
    s[1] = s[0] * x[2]
    return s[0] + s[1]


@programs.on((V,))
def arrays_appended_and_stacked(x):
    out = []
    for i in range(3):
        out.append(x * i + x[i])
    return np.sum(np.stack(out) * np.array([[1.0, 2, 3, 4]]))


@programs.on((V,))
def slots_updated_in_place(x):
    s = [x[0], x[1], 2.0]
    for i in range(3):
        s[i] *= x[i]
        s[0] += s[i]
    return s[0] * s[1] * s[2]


@programs.on((V,))
def slots_change_their_type(x):
    s = [1.0, x[0]]
    s[0] = x * 2.0
    s[1] = s[0] * s[1]
    return np.sum(s[0] * s[1])


@programs.on((V,))
def list_concatenation_and_repetition(x):
    s = [x[0], x[1]] + [x[2]]
    r = [x[3]] * 2
    return s[0] * s[1] * s[2] + r[0] * r[1]


@programs.on((V,))
def list_slices(x):
    s = [x[0], x[1], x[2], x[3]]
    t = s[1:]
    r = s[::-1]
    return t[0] * r[0] + sum(t) * r[2]


@programs.on((V,))
def list_pop(x):
    s = [x[0], x[1] * x[2], x[3]]
    a = s.pop()
    b = s.pop(0)
    return a * b + s[0]


@programs.on((V,))
def list_insert_and_extend(x):
    s = [x[0]]
    s.insert(0, x[1] * 2)
    s.extend([x[2], x[3] * x[0]])
    s += [x[1]]
    return s[0] * s[1] + s[2] * s[3] * s[4]


@programs.on((V,))
def stack_machine(x):
    stack = [x[0]]
    for i in range(1, 4):
        stack.append(x[i])
        if i % 2:
            b = stack.pop()
            a = stack.pop()
            stack.append(a * b + x[0])
    return stack[0] * len(stack) + stack[-1]


@programs.on((V,))
def lists_of_lists(x):
    g = [[x[0], x[1]], [x[2], x[3]]]
    g[0][1] = g[1][0] * x[1]
    g[1][1] += g[0][1]
    return g[0][0] * g[1][1] + g[0][1]


@programs.on((V,), (N,))
def list_grown_in_branches(x):
    s = []
    for v in x:
        if v > 0:
            s.append(v * v)
        else:
            s.append(-v)
            s.append(v**3)
    t = 0.0
    for v in s:
        t = t * 0.5 + v
    return t


@programs.on((V,))
def alias_of_a_list(x):
    s = [x[0], x[1]]
    t = s
    t[0] = x[2] * s[1]
    s.append(x[3])
    return s[0] * t[2]


@programs.on((V, 4), (V, 0))
def list_of_states(x, n):
    states = [x]
    for _ in range(n):
        states.append(np.sin(states[-1]) + x)
    return np.sum(states[-1] * states[len(states) // 2])


@programs.on((1.3,))
def dynamic_programming(x):
    f = [0.0] * 6
    f[0] = 1.0
    f[1] = x
    for i in range(2, 6):
        f[i] = x * f[i - 1] - 0.5 * f[i - 2]
    return f[5] + f[3] * f[2]


# -------------------------------------------------------------------------------------------------- dicts


@programs.on(({"a": V, "b": (W, 2.0)},))
def dict_parameters(p):
    w, s = p["b"]
    return np.sum(np.tanh(p["a"] @ w)) * s


@programs.on(({"w": [V, V * 2], "b": 1.5},))
def dict_of_lists(p):
    return sum(np.sum(w**2) * p["b"] for w in p["w"])


@programs.on(({"l1": {"w": W, "b": U}, "l2": {"w": A, "b": V}}, V))
def dicts_of_dicts(p, x):
    for name in ("l1", "l2"):
        layer = p[name]
        x = np.tanh(x @ layer["w"] + layer["b"])
    return np.sum(x)


@programs.on((V,))
def dict_filled_by_a_loop(x):
    d = {}
    for i in range(4):
        d[i] = x[i] * x[i]
    return d[0] * d[1] + d[3]


@programs.on((V,))
def dict_overwritten(x):
    d = {"a": x[0], "b": x[1]}
    d["a"] = d["a"] * d["b"]
    d["b"] += d["a"]
    d["c"] = d["b"] * x[2]
    return d["a"] * d["c"]


@programs.on(({"a": 1.5, "b": -0.5, "c": 2.0},))
def loop_over_items(p):
    t = 0.0
    for key, value in p.items():
        t += value * value if key != "b" else value
    return t


@programs.on(({"a": V, "b": P},))
def loop_over_values(p):
    t = 1.0
    for v in p.values():
        t = t * np.sum(v * v)
    return t


@programs.on(({"a": V, "b": P},))
def loop_over_keys(p):
    t = 1.0
    for k in p:
        t = t * np.sum(p[k])
    for k in sorted(p):
        t = t + np.sum(p[k] ** 2)
    return t


@programs.on((V,))
def dict_comprehension(x):
    d = {i: v * v for i, v in enumerate(x) if i != 2}
    return d[0] * d[1] + d[3]


@programs.on((V,))
def dict_get(x):
    d = {"a": x[0] * x[1], "b": x[2]}
    return d.get("a", 0.0) * d["b"] + d.get("z", 2.0)


# ----------------------------------------------------------------------------------------- comprehensions


@programs.on((V,))
def list_comprehension(x):
    ys = [v * v for v in x]
    return sum(ys) + ys[0]


@programs.on((V, P))
def comprehension_over_zip(x, y, strict=True):
    return sum([a * b for a, b in zip(x, y, strict=True)]) + sum(a * i for i, a in enumerate(x))


@programs.on((V,), (N,))
def conditional_comprehension(x):
    return sum(v * v if v > 1 else v for v in x if v > 0)


@programs.on((A,))
def nested_comprehension(x):
    rows = [[v * v for v in r] for r in x]
    return rows[0][1] * rows[2][3] + sum(sum(r) for r in rows)


@programs.on((A,))
def flattening_comprehension(x):
    return sum(v**3 for r in x for v in r)


@programs.on((V,))
def comprehension_of_arrays(x):
    return np.sum(np.array([x * i for i in range(3)]) ** 2)


@programs.on((V,))
def array_of_numbers(x):
    y = np.array([x[0] * x[1], np.sin(x[2]), 2.0])
    z = np.array([[x[0], 1.0], [x[1], x[3]]])
    return np.sum(y * y) + np.sum(z @ z)


# -------------------------------------------------------------------------------------- arrays and numbers


@programs.on((A,))
def methods_of_arrays(x):
    y = x.T.reshape(-1).sum()
    return y + x.mean(axis=0).dot(x[0]) + (x**2).max() + x.std() + x.ravel()[3] * x.flatten()[2]


@programs.on((A,))
def more_methods(x):
    return x.clip(-0.45, 0.55).sum() + x.cumsum(axis=1)[:, -1].prod() + x.swapaxes(0, 1)[1, 2] * x.min() + x.var()


@programs.on((A,))
def attributes_of_arrays(x):
    n = x.shape[0] * x.ndim + x.size
    return np.sum(x.T @ x) / n * len(x)


@programs.on((A,))
def broadcasting(x):
    y = x - np.mean(x, axis=1, keepdims=True)
    z = y / (1.0 + np.sum(y * y, axis=0))
    return np.sum(z * x[0] * x[:, :1])


@programs.on((V,))
def number_functions(x):
    a, b = float(x[0]), x[1].item()
    return a * b + abs(x[1]) + max(x[0], x[2]) * min(x[1], x[3]) + round(2.6) * x[2] + pow(x[3], 2)


@programs.on((1.7,))
def math_functions(x):
    return math.exp(-x) * math.log(x) + math.sqrt(x) ** 3 + math.atan2(x, 2.0) + math.pi * math.hypot(x, 1.0)


@programs.on((1.7,), (-1.7,), (0.3,))
def modulo_and_floor(x):
    return (x % 1.3) * x + (x // 0.5) * x


@programs.on((1.7, 2.0), (0.6, -1.5), (0.6, 0.0))
def powers(x, y):
    return x**y + 2.0**x + x**3 + x**-1 + x**0


@programs.on((np.float64(1.7),))
def numpy_scalar(x):
    return np.sin(x) * x + x**2


@programs.on((V,))
def integers_and_bools_mix_in(x):
    n = np.arange(4)
    return np.sum(x * n) + np.sum(x[n > 1]) + (x[0] > 0) * x[1] + True * x[2]


@programs.on((V,))
def guarded_selection(x):
    return np.sum(np.where(x > 0, np.sqrt(np.abs(x)), 0.0))


@programs.on((V,))
def selections(x):
    return np.sum(np.maximum(x, 0.1) * np.minimum(x, 1.0)) + np.where(x > 0, x * x, -x).sum()


@programs.on((np.zeros(0), 2.0))
def empty_array(x, y):
    return np.sum(x * y) + y * y


@programs.on((np.array([[1.5]]),))
def one_element_result(x):
    return x * x


@programs.on((np.ones((3, 1)), V))
def axes_of_length_one(x, y):
    return np.sum(x * y + x[:, 0][:, None] * y[None]) + np.sum(x.squeeze() ** 2)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_is_kept(dtype):
    from srcad import value_and_grad

    def f(x, y):
        h = np.zeros_like(x)
        h[1:] = x[:-1] * 2
        h *= y
        for i in range(3):
            h[i] += 0.5 * x[i]
        return np.sum(np.tanh(h) * 0.5)

    x, y = V.astype(dtype), P.astype(dtype)
    value, (d_x, d_y) = value_and_grad(f, argnums=(0, 1))(x, y)
    assert value.dtype == d_x.dtype == d_y.dtype == dtype
    exact = value_and_grad(f, argnums=(0, 1))(V, P)[1]
    np.testing.assert_allclose(d_x, exact[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(d_y, exact[1], rtol=1e-5, atol=1e-6)
