"""Writes: stores, updates, slices, masks, overwritten values that the adjoint needs."""

import math

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
N = np.array([-0.6, 0.4, -1.3, 0.2])
P = np.array([1.2, 0.5, 2.1, 0.9])
A = np.array([[0.5, -1.2, 0.8, 0.1], [1.4, 0.3, -0.7, 2.0], [-0.9, 1.1, 0.6, -0.4]])
L = np.array([0.3, -1.1, 0.7, 1.9, -0.2, 0.9, 1.3])
programs = Programs()


# ---------------------------------------------------------------------------------------------- arguments


@programs.on((V,))
def store_into_argument(x):
    x[0] = x[1] * x[2]
    x[1:3] *= x[0]
    return np.sum(x**2)


@programs.on((V, P))
def stores_into_two_arguments(x, y):
    x[0] = y[1]
    y[2] += x[0] * x[1]
    return np.sum(x * y)


@programs.on((V,))
def store_of_constant(x):
    x[2] = 3.0
    x[0] = 0
    return np.sum(x**3)


@programs.on(([V, P],))
def store_into_arrays_of_a_list(xs):
    xs[0][1] = xs[1][2] ** 2
    xs[1] *= xs[0]
    return np.sum(xs[0] * xs[1])


@programs.on(({"w": V, "b": P},))
def store_into_arrays_of_a_dict(p):
    p["w"][0] = p["b"][0] * p["w"][1]
    p["b"] += p["w"]
    return np.sum(p["w"] * p["b"])


@programs.on(((V, (P, 2.0)),))
def store_into_arrays_of_a_tuple(p):
    v, (w, k) = p
    v[0] *= k
    w[1:] -= v[:-1]
    return np.sum(v * w) * k


# ----------------------------------------------------------------------------------------- fresh arrays


@programs.on((V,))
def fill_zeros(x):
    y = np.zeros(4)
    for i in range(4):
        y[i] = x[i] ** 2 * (i + 1)
    return np.sum(y * y)


@programs.on((V,))
def recurrence_into_zeros_like(x):
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i] = y[i - 1] * x[i] + np.sin(x[i - 1])
    return y[-1]


@programs.on((V,))
def fill_empty(x):
    y = np.empty(4)
    y[:2] = x[2:] * 2
    y[2:] = y[:2] * x[:2]
    return np.sum(y * y)


@programs.on((V,))
def copy_then_store(x):
    y = x.copy()
    y[1] = y[0] ** 2
    return np.sum(y * x)


@programs.on((V,))
def chained_targets(x):
    a = np.zeros(4)
    b = np.zeros(4)
    a[1] = b[2] = x[0] * x[1]
    return np.sum(a * 2 + b * 3)


@programs.on((V,))
def tuple_targets_into_array(x):
    y = np.ones(4)
    y[0], y[1] = x[2] * x[3], x[0]
    y[2], y[3] = y[1], y[0]
    return np.sum(y * y * x)


@programs.on((V,))
def swap_of_elements(x):
    y = x * 1.0
    y[0], y[1] = y[1], y[0]
    return y[0] ** 2 * 3 + y[1]


@programs.on((A,))
def rows_do_not_swap(x):
    b = x * 1.0
    b[0], b[1] = b[1], b[0]
    return np.sum(b * b * np.arange(12.0).reshape(3, 4))


@programs.on((A,))
def rows_swap_with_copies(x):
    b = x * 1.0
    b[0], b[1] = b[1].copy(), b[0].copy()
    return np.sum(b * b * np.arange(12.0).reshape(3, 4))


@programs.on((A,))
def rows_swap_by_integer_array(x):
    b = x * 1.0
    b[[0, 1]] = b[[1, 0]]
    return np.sum(b * b * np.arange(12.0).reshape(3, 4))


# ---------------------------------------------------------------------------------------------- updates


@programs.on((V,))
def every_update(x):
    y = x * 2.0
    y[0] += x[1]
    y[1] -= x[2] * y[0]
    y[2] *= y[1]
    y[3] /= x[0]
    y[0] **= 2
    return np.sum(y * y)


@programs.on((V,))
def every_update_of_whole_arrays(x):
    y = x * 2.0
    y += x
    y -= x * y
    y *= x
    y /= 2 + x * x
    y **= 2
    return np.sum(y * x)


@programs.on((P,))
def update_by_power_of_array(x):
    y = x * 2.0
    y **= x
    return np.sum(y)


@programs.on((V,))
def update_with_itself(x):
    y = x * 1.0
    y *= y
    y += y
    y[1:] *= y[1:]
    return np.sum(y * x)


@programs.on((V,))
def update_with_own_reverse(x):
    y = x * 1.0
    y += y[::-1]
    y *= y[::-1]
    return np.sum(y * x)


@programs.on((V,))
def update_with_own_element(x):
    y = x * 1.0
    y *= y[1]
    y += y[2]
    return np.sum(y * x)


@programs.on((V,))
def scalar_added_into_array(x):
    s = x[0]
    x += s
    s += 1
    return np.sum(x) * s


@programs.on((A,))
def matmul_update(x):
    y = x[:, :3] * 1.0
    y @= x[:, 1:]
    return np.sum(y * y)


@programs.on((V, 5), (V, 0), (V, 1))
def heat_equation(u, steps):
    for _ in range(steps):
        u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


@programs.on((V, 3), (V, 0))
def new_buffer_each_step(u, n):
    for _ in range(n):
        v = np.empty_like(u)
        v[0] = u[-1]
        v[1:] = u[:-1] * u[1:]
        u = v
    return np.sum(u)


@programs.on((V,))
def overlapping_slices(x):
    y = x.copy()
    y[1:] += y[:-1] * 2
    y[1:] = y[:-1]
    y[:-1] = y[1:] * x[1:]
    return np.sum(y * np.array([1.0, 2.0, 3.0, 4.0]))


# ------------------------------------------------------------------------------------------------ indices


@programs.on((L,))
def strided_and_reversed_slices(x):
    y = x * 1.0
    y[::2] = x[3:-1:1][::-1].sum()
    y[1::2] *= x[:3]
    y[::-1] += x
    y[5:1:-2] = y[:2] * 2
    return np.sum(y * y)


@programs.on((L,))
def empty_slices(x):
    y = x * 1.0
    y[3:3] = 7.0
    y[5:2] *= 2
    y[7:] += x[7:]
    return np.sum(y * x) + np.sum(x[4:4])


@programs.on((V,), (N,))
def masks(x):
    y = x.copy()
    y[y < 0] = 0.0
    y[x > 0.5] *= x[0]
    y[x < 0] += x[1]
    return np.sum(y * y)


@programs.on((V,), (N,))
def mask_with_array_values(x):
    y = x * 2.0
    m = x > 0
    y[m] = x[m] ** 2
    y[~m] = np.sin(x[~m])
    return np.sum(y * x)


@programs.on((V,))
def mask_that_is_written_later(x):
    y = x * 2.0
    m = x > 0
    y[m] *= x[m] ** 2
    m[0] = False
    y[m] *= 3
    return np.sum(y * x)


@programs.on((V,))
def index_array_that_is_written_later(x):
    idx = np.array([0, 1])
    y = x[idx] ** 2
    idx[0] = 3
    z = x[idx] ** 3
    return np.sum(y * z)


@programs.on((V,))
def integer_arrays_read(x):
    idx = np.array([0, 1, 1, 3])
    y = x[idx]
    return np.sum(y * y * y)


@programs.on((V,))
def integer_arrays_written(x):
    idx = np.array([3, 0, 2])
    y = x * 1.0
    y[idx] = x[:3] ** 2
    y[idx] *= x[1:]
    return np.sum(y * x)


@programs.on((V,))
def repeated_indices_add_once(x):
    idx = np.array([1, 1, 2])
    y = x * 1.0
    y[idx] += x[idx] * 2
    return np.sum(y * y)


@programs.on((V,))
def repeated_indices_multiply_once(x):
    y = x * 1.0
    y[[1, 1, 2]] *= x[1:]
    return np.sum(y * y)


@programs.on((V,))
def repeated_indices_last_store_wins(x):
    y = x * 1.0
    y[[1, 1, 2]] = x[1:] ** 2
    return np.sum(y * y)


@programs.on((V,))
def add_at_adds_all(x):
    y = np.zeros(3)
    np.add.at(y, np.array([0, 1, 1, 2]), x * x)
    return np.sum(y * y)


@programs.on((A,))
def mixed_indices(x):
    y = x * 1.0
    y[1, 2] = x[0, 0] * x[2, 3]
    y[:, 1] *= x[:, 0]
    y[0, ...] += x[1]
    y[..., -1] = 2.0 * x[..., 0]
    y[1:, [0, 2]] *= x[:2, 1:3]
    return np.sum(y * y)


@programs.on((A,))
def newaxis_and_broadcast(x):
    y = x[:, None, :] * x[None, :, :]
    y[:, 1] = x
    y[0, 0, :] *= x[0]
    return np.sum(y * y)


@programs.on((V,))
def slice_objects(x):
    s = slice(1, None, 2)
    y = x * 2
    y[s] = x[s] ** 2
    i = (slice(None), 0)
    z = y.reshape(2, 2) * 1.0
    z[i] *= 3
    return np.sum(z * z)


# ---------------------------------------------------------------------------------------- broadcasting stores


@programs.on((A, V))
def broadcast_stores(x, v):
    y = np.zeros((3, 4))
    y[:] = v
    y[1] = x[2, 1]
    y[:, 2] += v[0]
    y *= v
    y[1:] -= x[0]
    y[:, 0:1] = x[:, 1:2] * 2
    return np.sum(y * y * x)


@programs.on((V,))
def store_of_lists(x):
    y = np.zeros((2, 2))
    y[0] = [x[0], x[1] * x[2]]
    y[1] = (x[3], 2.0)
    return np.sum(y * y)


@programs.on((V,))
def store_with_extra_axis(x):
    y = np.zeros(4)
    y[:] = x[None, :] ** 2
    return np.sum(y * x)


@programs.on((V,))
def ellipsis_store(x):
    y = np.empty_like(x)
    y[...] = x * x
    y[...] *= 2
    return np.sum(y * x)


# ------------------------------------------------------------------------------- overwritten values needed


@programs.on((V,))
def overwritten_operand(x):
    y = x * 1.0
    z = y * y
    y[0] = 5.0
    w = np.sin(y)
    y[:] = 0.0
    return np.sum(z * w) + np.sum(y)


@programs.on((V,))
def overwritten_in_loop(x):
    y = x * 1.0
    s = 0.0
    for i in range(3):
        s += np.sum(y * y * y)
        y[i] = s * 0.01
        y *= 0.9
    return s


@programs.on((V,), (N,))
def overwritten_in_branches(x):
    y = x * 1.0
    s = np.sum(np.exp(y))
    if y[0] > 0:
        y[1] = y[0] * y[2]
        s = s * y[1]
    else:
        y[:2] *= y[2:]
    s = s + np.sum(y**3)
    y[0] = 1.0
    return s * y[3]


@programs.on((A,))
def lu_determinant(a):
    a = a[:3, :3] * 1.0 + 3 * np.eye(3)
    n = 3
    for k in range(n):
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            for j in range(k + 1, n):
                a[i, j] -= a[i, k] * a[k, j]
    d = 1.0
    for k in range(n):
        d *= a[k, k]
    return d


@programs.on((A,))
def cholesky(a):
    a = a @ a.T + np.eye(3)
    n = 3
    low = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - np.dot(low[i, :j], low[j, :j])
            if i == j:
                low[i, j] = np.sqrt(s)
            else:
                low[i, j] = s / low[j, j]
    return np.sum(np.log(np.diag(low)))


@programs.on((V,), (N,))
def bubble_sort(x):
    n = len(x)
    for i in range(n):
        for j in range(n - 1 - i):
            if x[j] > x[j + 1]:
                t = x[j]
                x[j] = x[j + 1]
                x[j + 1] = t
    return x[0] + 2 * x[1] ** 2 + 3 * x[2] + x[3] ** 3


@programs.on((V,))
def game_of_updates(x):
    y = np.zeros(4)
    for i in range(4):
        for j in range(4):
            if j > i:
                break
            y[i] += x[j] * x[i]
            if y[i] > 2:
                return y[i] * x[0]
    return np.sum(y * x)


@programs.on((V,), (N,))
def return_after_writes_in_nested_loops(x):
    y = x * 1.0
    for i in range(3):
        y[i] *= y[i + 1]
        for j in range(2):
            y[j] += 0.3 * y[i]
            if y[j] > 0.5:
                return np.sum(y * y)
            y[3] *= y[j]
    return np.sum(y)


@programs.on((V,), (N,))
def writes_in_branches_in_loops(x):
    y = np.zeros(4)
    for i in range(4):
        if x[i] > 0:
            y[i] = x[i] ** 2
            y[0] += y[i]
        elif i > 1:
            y[i - 1] *= x[i]
        else:
            continue
        y *= 1.1
    return np.sum(y * x)


@programs.on((V,), (P,))
def while_with_writes(x):
    n = 0
    while np.sum(x * x) > 0.1 and n < 20:
        x = x * 0.8
        x[n % 4] *= 0.5
        n += 1
    return np.sum(x)


@programs.on((V,), (-V,))
def while_zero_trips_with_writes(x):
    y = x * 1.0
    while y[0] > 0:
        y[0] -= 0.25 * y[3]
        y[1:] *= 1.0 + y[0] ** 2
    return np.sum(y * y)


@programs.on((np.array(1.3),))
def zero_dimensional(x):
    y = x * 2.0
    z = np.array(0.5)
    z[()] = y * x
    z += x
    return z * y


@programs.on((np.array(1.3),))
def zero_dimensional_argument_written(x):
    x += x * x
    x[...] *= 2
    return x * 3.0


@programs.on((V,))
def index_of_numpy_integers(x):
    i = np.argmax(x)
    j = np.argmin(x)
    y = x * 1.0
    y[i] = x[j] ** 2
    return np.sum(y * y)


@programs.on((V,))
def histogram_of_values(x):
    h = np.zeros(3)
    for v in x:
        k = int(abs(v)) % 3
        h[k] += v * v
    return np.sum(h * h * h)


@programs.on((V,))
def store_that_depends_on_the_iteration(x):
    y = np.zeros((4, 4))
    for i in range(4):
        for j in range(i, 4):
            y[i, j] = y[j, i] = x[i] * math.exp(x[j] * 0.1)
    return np.sum(y @ y)


@programs.on((V,))
def integer_array_truncates(x):
    k = np.zeros(4, dtype=int)
    k[0] = 3
    k[1] = x[3]
    return np.sum(k * x)


@programs.on((V,))
def prefix_sums_in_place(x):
    y = x * 1.0
    for i in range(1, 4):
        y[i] += y[i - 1]
        y[i - 1] = y[i - 1] ** 2
    return np.sum(y * x)


@programs.on((V,))
def negative_indices(x):
    y = x * 1.0
    y[-1] = y[-2] * y[0]
    y[-3:-1] *= y[-1]
    return np.sum(y * y)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)
