"""Sharing: aliases, views, arrays in containers, buffers that change places."""

import numpy as np
import pytest
from programs.checking import Programs, check

V = np.array([0.3, -1.1, 0.7, 1.9])
N = np.array([-0.6, 0.4, -1.3, 0.2])
P = np.array([1.2, 0.5, 2.1, 0.9])
A = np.array([[0.5, -1.2, 0.8, 0.1], [1.4, 0.3, -0.7, 2.0], [-0.9, 1.1, 0.6, -0.4]])
programs = Programs()


# ----------------------------------------------------------------------------------------- aliases, views


@programs.on((V,))
def alias(x):
    b = x
    b += x * 2
    b[0] = 3.0
    return np.sum(x**3)


@programs.on((A,))
def row_is_a_view(x):
    y = x[0]
    y += 1
    y *= x[1]
    return np.sum(x * x)


@programs.on((V,))
def element_is_a_number(x):
    y = x[0]
    y += 1
    return np.sum(x) * y


@programs.on((A,))
def writes_through_iterated_rows(x):
    for v in x:
        v *= 2
        v[0] = v[1] * v[2]
    return np.sum(x**2)


@programs.on((A,))
def writes_through_enumerated_rows(x):
    for i, v in enumerate(x):
        v *= i + 1.5
        x[2] += v
    return np.sum(x**2)


@programs.on((A, A + 1.0))
def writes_through_zipped_rows(x, y):
    for v, w in zip(x, y, strict=True):
        v *= w
        w[0] = v[1]
    return np.sum(x * y)


@programs.on((A,))
def columns_and_transposes(x):
    y = x[:, 1]
    y -= x[:, 0] * y
    z = x.T
    z[2] /= 2.0 + z[0] ** 2
    return np.sum(np.sin(x))


@programs.on((V,))
def reshape_of_contiguous_is_a_view(x):
    b = (x * 1.0).reshape(2, 2)
    r = b.reshape(-1)
    r *= 2
    r[0] = r[3] ** 2
    return np.sum(b * b)


@programs.on((V,))
def ravel_views_and_copies(x):
    b = x.reshape(2, 2) * 1.0
    r = b.ravel()
    r *= 2
    s = b.T.ravel()
    s *= 5
    return np.sum(b * b) + np.sum(s)


@programs.on((V,))
def view_made_before_the_write_read_after(x):
    y = np.zeros(4)
    z = y
    y[0] = x[0]
    w = z[0:2]
    y[1] = w[0] * x[1]
    return w[1] * 3


@programs.on((V,))
def base_written_view_read(x):
    y = x * 1.0
    v = y[1:3]
    s = np.sum(v * v)
    y[2] = y[0]
    return s * np.sum(v * v)


@programs.on((V,))
def view_written_base_read(x):
    y = x * 1.0
    v = y[1:3]
    s = np.sum(y**3)
    v[0] *= x[3]
    v += y[2:]
    return s + np.sum(y**3)


@programs.on((A,))
def view_of_view_of_view(x):
    y = x * 1.0
    v = y[1:][:, ::2]
    w = v[1]
    w[1] = w[0] * y[0, 0]
    v[0] += w
    return np.sum(y * y * x)


@programs.on((V,))
def reversed_views(x):
    y = x * 1.0
    r = y[::-1]
    r[0] = y[0] * y[1]
    r += y
    return np.sum(y * y * x)


@programs.on((A,))
def diagonal_reads_what_is_written(x):
    y = x[:, :3] * 1.0
    d = np.diagonal(y)
    s = np.sum(d * d)
    y[1, 1] = s * y[0, 0]
    y *= 2.0
    return s + np.sum(d * d * d)


@programs.on((V,))
def broadcast_reads_what_is_written(x):
    y = x * 1.0
    b = np.broadcast_to(y, (3, 4))
    s = np.sum(b * b)
    y[0] = y[1] * s
    return np.sum(b[1:] ** 2) + s


@programs.on((V,))
def split_gives_views(x):
    y = x * 1.0
    a, b = np.split(y, 2)
    a *= b
    b += a
    return np.sum(y * y * x)


@programs.on((V,))
def expand_and_squeeze(x):
    y = x * 1.0
    z = y[:, None]
    z[0] = z[1] * 2
    w = np.expand_dims(y, 0)
    w *= x
    q = np.squeeze(w)
    q[3] = 2.0 * q[0]
    return np.sum(y * x)


@programs.on((A,))
def swapaxes_and_moveaxis(x):
    y = x * 1.0
    z = np.swapaxes(y, 0, 1)
    z[0] *= z[1]
    w = np.moveaxis(y, 0, 1)
    w[2, 1] = 3.0 * w[0, 0]
    return np.sum(y * y)


@programs.on((V,))
def asarray_aliases_array_copies(x):
    y = x * 1.0
    a = np.asarray(y)
    b = np.array(y)
    a[0] = b[1] * 2
    b[2] = a[0]
    return np.sum(y * b)


@programs.on((A,))
def fancy_read_copies(x):
    y = x * 1.0
    z = y[[0, 2]]
    z *= 2
    y[0] *= z[1]
    w = y[y[:, 0] > 0]
    w += 1
    return np.sum(y * y) + np.sum(z * z) + np.sum(w * w)


@programs.on((V,))
def same_array_through_two_names_in_a_loop(x):
    y = x * 1.0
    z = y
    for i in range(3):
        y[i] = z[i + 1] * z[i]
        z[i + 1] += y[i]
    return np.sum(y * z)


@programs.on((A,))
def view_made_in_one_loop_written_in_another(x):
    y = x * 1.0
    for i in range(3):
        row = y[i]
        row *= i + 1.0
    for _ in range(2):
        row[0] += row[1] * row[2]
        y[0] += row
    return np.sum(y * y)


@programs.on((V,), (N,))
def view_chosen_by_a_branch(x):
    y = x * 1.0
    v = y[:2] if x[0] > 0 else y[2:]
    v *= y[1]
    y[0] += v[0]
    return np.sum(y * y)


@programs.on((V,), (N,))
def one_of_two_arrays(x):
    y = x.copy()
    z = x * 2
    w = y if x[0] > 0 else z
    w[1] = w[0] * w[2]
    w += 1
    return np.sum(y * z)


@programs.on((V,), (N,))
def alias_made_in_a_branch(x):
    y = x * 1.0
    z = x * 3.0
    if x[0] > 0:
        z = y
    z[1] *= y[2]
    y[0] += z[1]
    return np.sum(y * z)


@programs.on((V,), (N,))
def copy_or_alias(x):
    y = x * 1.0
    z = y if x[0] > 0 else y.copy()
    z *= 2
    y[0] = z[1]
    return np.sum(y * z)


# ------------------------------------------------------------------------------------------------ buffers


@programs.on((V,))
def swapped_buffers(x):
    u = x.copy()
    v = np.zeros(4)
    for _ in range(4):
        v[1:-1] = u[1:-1] + 0.3 * (u[2:] - 2 * u[1:-1] * u[1:-1] + u[:-2])
        v[0] = u[0]
        v[-1] = u[-1] * 0.5
        u, v = v, u
    return np.sum(u * u) + np.sum(v)


@programs.on((V, 5), (V, 0), (V, 1))
def three_rotating_buffers(x, n):
    a, b, c = x * 1.0, x * 2.0, np.zeros(4)
    for k in range(n):
        c[:] = a * b
        c[k % 4] += 1.0
        a, b, c = b, c, a
    return np.sum(a * b) + np.sum(c)


@programs.on((V,), (N,))
def swapped_sometimes(x):
    u = x * 1.0
    v = x * 2.0
    for i in range(4):
        if x[i] > 0:
            u, v = v, u
        u[i] *= v[i]
        v[0] += u[0]
    return np.sum(u * u) - np.sum(v)


@programs.on((A,))
def buffers_of_rows(x):
    y = x * 1.0
    cur, nxt = y[0], y[1]
    for _ in range(3):
        nxt[1:] = cur[:-1] * cur[1:]
        nxt[0] = cur[0] + y[2, 0]
        cur, nxt = nxt, cur
    return np.sum(y * y)


@programs.on((V, 4), (V, 0))
def buffers_in_a_list(x, n):
    bufs = [x * 1.0, np.zeros(4)]
    for k in range(n):
        src, dst = bufs[k % 2], bufs[1 - k % 2]
        dst[1:] = src[:-1] * x[1:]
        dst[0] = src[0] ** 2
    return np.sum(bufs[0]) + np.sum(bufs[1] ** 2)


# --------------------------------------------------------------------------------------------- containers


@programs.on((V,))
def arrays_in_a_list(x):
    rows = [np.zeros(2), np.zeros(2)]
    rows[0][0] = x[0] * x[1]
    rows[1][:] = x[2:] ** 2
    rows[0] += rows[1]
    r = rows[0]
    r *= 3
    return np.sum(rows[0] * rows[1])


@programs.on((V,))
def writes_to_items_of_a_list(x):
    rows = [x.copy(), x * 2, np.ones(4)]
    for r in rows:
        r[0] *= r[1]
        r += x
    return np.sum(rows[0] * rows[1] * rows[2])


@programs.on((V,))
def one_array_three_times(x):
    rows = [np.zeros(2)] * 3
    rows[0][0] = x[0]
    rows[1][0] *= x[1]
    return rows[2][0] ** 2


@programs.on((V,))
def arrays_in_a_dict(x):
    d = {"a": x.copy(), "b": x * x}
    d["a"][1:] += d["b"][:-1]
    d["c"] = d["a"]
    d["c"] *= 2
    return np.sum(d["a"] * d["b"])


@programs.on((V,))
def appended_array_is_written_later(x):
    y = x * 1.0
    seen = []
    for i in range(3):
        seen.append(y)
        y[i] *= y[i + 1]
    return np.sum(seen[0] * seen[2])


@programs.on((V,))
def appended_copies(x):
    y = x * 1.0
    seen = []
    for i in range(3):
        seen.append(y.copy())
        y[i] *= y[i + 1]
    return np.sum(seen[0] * seen[2]) + np.sum(seen[1] * y)


@programs.on((V, 1.3))
def history(x, rate):
    y = x.reshape(2, 2).copy()
    seen = [y]
    row = y[0]
    for _ in range(3):
        row *= rate
        y[1] += np.sin(row)
        seen.append(y[1].copy())
    return np.sum(seen[0] ** 2) + seen[1] @ seen[3]


@programs.on((V,))
def list_of_views(x):
    y = x * 1.0
    parts = [y[:2], y[2:]]
    parts[0][1] = parts[1][0] * y[0]
    parts[1][:] *= parts[0]
    return np.sum(y * y)


@programs.on((V,))
def list_of_lists_of_arrays(x):
    grid = [[x * (i + j + 1.0) for j in range(2)] for i in range(2)]
    grid[0][1][2] = grid[1][0][0] ** 2
    grid[1][1] += grid[0][1]
    return np.sum(grid[0][1] * grid[1][1])


@programs.on((V,))
def dict_of_lists_of_arrays(x):
    d = {"a": [], "b": []}
    for i in range(4):
        key = "a" if i % 2 else "b"
        d[key].append(np.ones(2) * x[i])
    d["a"][0] *= d["b"][1]
    d["a"][1][0] = 3.0 * d["a"][0][1]
    return np.sum(d["a"][0] * d["a"][1] * d["b"][0])


@programs.on((V,))
def tuple_of_arrays_written(x):
    t = (x * 1.0, x * 2.0)
    t[0][1] = t[1][0] ** 2
    a, b = t
    b += a
    return np.sum(t[0] * t[1])


@programs.on((V,), (N,))
def list_item_replaced_then_written(x):
    xs = [x * 1.0, x * 2.0]
    old = xs[0]
    xs[0] = xs[1]
    xs[0][0] *= 3.0
    old[1] = 7.0
    return np.sum(xs[1] * xs[0] * old)


@programs.on((V,))
def list_swap_of_arrays(x):
    xs = [x * 1.0, x * 2.0]
    xs[0], xs[1] = xs[1], xs[0]
    xs[0][0] = xs[1][1] * 2
    return np.sum(xs[0] * xs[1] * x)


@programs.on((V,))
def shallow_copy_of_a_list_shares_arrays(x):
    xs = [x * 1.0, x * 2.0]
    ys = list(xs)
    ys[0][0] = ys[1][2] ** 2
    ys[1] = x * 5.0
    return np.sum(xs[0] * xs[1]) + np.sum(ys[1])


@programs.on((V,))
def written_while_zipped(x):
    xs = [x * 1.0, x * 2.0]
    ys = [x + 1.0, x * x]
    for a, b in zip(xs, ys, strict=True):
        a *= b
        b[0] += a[1]
    return np.sum(xs[0] * ys[1]) + np.sum(xs[1] * ys[0])


@programs.on((V,))
def written_while_enumerated(x):
    xs = [x * 1.0, x * 2.0]
    for i, a in enumerate(xs):
        a[i] *= xs[1 - i][0]
    return np.sum(xs[0] * xs[1])


@programs.on((V,))
def written_over_dict_items(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    for key, a in d.items():
        if key == "a":
            a[0] *= a[1]
        a += x
    return np.sum(d["a"] * d["b"])


@programs.on((V,))
def written_over_dict_values(x):
    d = {"a": x * 1.0, "b": x * 2.0}
    for a in d.values():
        a[0] *= a[1]
    return np.sum(d["a"] * d["b"])


@programs.on((V,))
def matrix_filled_row_by_row_from_a_list(x):
    rows = [x * (i + 1.0) for i in range(3)]
    m = np.empty((3, 4))
    for i, r in enumerate(rows):
        m[i] = r
        r *= 0.0
    return np.sum(m * m) + np.sum(rows[0])


@programs.on((V,))
def out_of_a_list_popped_and_written(x):
    xs = [x * 1.0, x * 2.0]
    a = xs.pop()
    a[0] = xs[0][1] ** 2
    return np.sum(a * xs[0])


# ---------------------------------------------------------------------------------------------- gradients


@programs.on((V, P))
def both_receive_the_same_cotangent(x, y):
    c = x + y
    c[0] *= 2.0
    return np.sum(c * c)


@programs.on((V, P))
def same_cotangent_unwritten(x, y):
    z = x + y
    w = x + z
    return np.sum(w) + np.sum(z * x)


@programs.on((V,))
def argument_returned_unchanged_through_views(x):
    return x[::-1][1:][0] * 2


@programs.on((A,))
def written_argument_through_transpose_and_row(x):
    x.T[1] *= 2.0
    x[1].T[0] = 3.0 * x[0, 0]
    return np.sum(x * x)


@programs.on((V,))
def lists_concatenated_of_which_one_is_changed(x):
    pairs = [[x[0]]] + [[x[1]]]
    pairs[0].append(x[2])
    row = pairs[0] + [x[3]]
    row[0] = row[0] * row[1]
    return row[0] * row[2] + pairs[0][0] * pairs[1][0]


@programs.on((V,))
def integers_that_a_loop_makes_floats(x):
    held = (np.array([2 * k for k in range(4)]), 1.2)
    first = held[0]
    for other in (x * x, x):
        first = first * 0.5 + other
    held[0][0] *= 1
    return held[1] * np.sum(first * x)


@programs.on((V,))
def beside_an_array_outside_and_an_unknown_call(x):
    pair = (x, P)
    if x[0] > 100:
        raise ValueError("large")
    a, b = pair
    return a[0] * b[0]


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_gradients_share_no_memory():
    from srcad import grad

    d_x, d_y = grad(lambda x, y: np.sum(x + y), argnums=(0, 1))(V, P)
    assert not np.shares_memory(d_x, d_y)
