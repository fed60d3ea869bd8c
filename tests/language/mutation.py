"""Mutation and sharing: what is written where, and who sees it."""

import numpy as np

from .registry import example

V = np.array([0.3, -1.1, 0.7, 1.9])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7]])
ROWS = np.array([0, 1, 0])


def _double(y):
    y *= 2


@example((V,))
def item_assignment(x):
    y = np.zeros(4)
    y[0] = x[1] * x[2]
    y[1] = y[0] * x[0]
    return y[1] * y[0]


@example((V,))
def item_augmented(x):
    y = x * 1.0
    y[0] += x[1]
    y[1] *= y[0]
    return np.sum(y * y)


@example((V,))
def slice_assignment(x):
    y = np.zeros(4)
    y[1:3] = x[:2] * x[2:]
    y[:1] = 3.0
    return np.sum(y * x)


@example((V,))
def strided_and_reversed_slices(x):
    y = x * 1.0
    y[::2] *= 2
    y[::-1] += x
    return np.sum(y * y)


@example((V,))
def ellipsis_assignment(x):
    y = np.empty(4)
    y[...] = x * x
    return np.sum(y * x)


@example((V,))
def boolean_mask(x):
    y = x * 1.0
    y[x < 0] = 0.0
    y[y > 1] *= x[0]
    return np.sum(y * y)


@example((A,))
def integer_array_indices(x):
    y = np.zeros((3, 3))
    y[ROWS] += x[0]
    return np.sum(y * y) + np.sum(x[[1, 0]] * x)


@example((V,))
def add_at(x):
    y = np.zeros(2)
    np.add.at(y, np.array([0, 1, 0, 0]), x)
    return y[0] * y[1]


@example((V,))
def stored_list(x):
    y = np.zeros(3)
    y[:2] = [x[0] * x[1], x[2]]
    return np.sum(y * y)


@example((A,))
def stored_with_broadcasting(x):
    y = np.zeros((2, 3))
    y[:] = x[0]
    y[:, 1] += x[1, 2]
    return np.sum(y * x)


@example((V,))
def chained_targets(x):
    y = np.zeros(4)
    a = y[0] = x[0] * x[1]
    y[1] = a
    return y[0] * y[1] * a


@example((A,))
def tuple_targets(x):
    y = np.zeros((2, 3))
    y[0], y[1] = x[1], x[0] * x[1]
    return np.sum(y * x)


@example((V,))
def overlapping_slices(x):
    y = x * x
    y[1:] = y[:-1]
    y[:-1] += y[1:]
    return np.sum(y * x)


@example((A,))
def columns(x):
    y = x * 1.0
    y[:, 0] *= y[:, 1]
    return np.sum(y * y)


@example((1.5,), (V,))
def augmented_name(x):
    y = x * 1.0
    z = y
    y += x
    return np.sum(z * y)


@example((V,))
def alias(x):
    y = x * 1.0
    z = y
    z += 1.0
    return np.sum(y * x)


@example((A,))
def view_written(x):
    y = x * 1.0
    row = y[0]
    row += 1.0
    row *= x[1]
    return np.sum(y * x)


@example((A,))
def base_written(x):
    y = x * 1.0
    column = y[:, 0]
    y *= x
    return np.sum(column * y[:, 1])


@example((A,))
def transpose_and_reshape_views(x):
    y = x * 1.0
    y.T[0] = 2.0
    y.reshape(3, 2)[1] *= x[0, 0]
    y.ravel()[5] = x[0, 1]
    return np.sum(y * x)


@example((A,))
def copy_by_ravel(x):
    y = x * 1.0
    y.T.ravel()[0] = 5.0
    return np.sum(y * x)


@example((A,))
def rows_swapped(x):
    y = x * 1.0
    y[0], y[1] = y[1], y[0]
    return np.sum(y * x)


@example((A,))
def diagonal_view(x):
    y = np.zeros((3, 3))
    np.fill_diagonal(y, x[0])
    y[1] += x[1]
    return np.sum(np.diagonal(y) * x[1])


@example((A,))
def swapaxes_view(x):
    y = x * 1.0
    z = np.swapaxes(y, 0, 1)
    z[1] *= 2
    z += x.T
    return np.sum(y * x)


@example((np.outer(V, V),))
def diagonal_read(x):
    y = x * 1.0
    d = np.diagonal(y)
    total = np.sum(d * d)
    y *= 2
    return total + np.sum(d)


@example((V,))
def partition(x):
    y = x * 1.0
    y.partition(2)
    return y[0] * y[0]


@example((V,))
def parts_of_complex_numbers(x):
    y = x * (1 + 2j)
    y.real = x**2
    y.imag[0] = x[1]
    return np.sum(np.abs(y) ** 2)


@example((V,))
def flat_item(x):
    y = x * 1.0
    y.flat[1] = x[0] * 3
    return y[1] * y[0]


@example((V,))
def shape_assigned(x):
    y = x * 1.0
    y.shape = (2, 2)
    return np.sum(y[0] * y[1])


@example((V,))
def split_views(x):
    y = x * 1.0
    left, right = np.split(y, 2)
    left += right
    return np.sum(y * y)


@example((A,))
def rows_written_in_a_loop(x):
    y = x * 1.0
    for row in y:
        row *= x[0]
    return np.sum(y * y)


@example((V,))
def asarray_aliases(x):
    y = x * 1.0
    z, w = np.asarray(y), np.array(y)
    z += x
    return np.sum(y * w)


@example((V,))
def arrays_in_containers(x):
    state = {"y": x * 1.0}
    state["y"][0] = 2.0
    rows = [state["y"], x * x]
    rows[0] += rows[1]
    return np.sum(state["y"] * x)


@example((V,))
def output_argument(x):
    y = np.empty(4)
    np.multiply(x, x, out=y)
    return np.sum(y * x)


@example((V,))
def where_argument(x):
    return np.sum(np.sqrt(x, out=np.zeros(4), where=x > 0)) * x[0]


@example((V,))
def copyto(x):
    y = np.zeros(4)
    np.copyto(y, x * 2)
    return np.sum(y * y)


@example((V,))
def fill(x):
    y = np.zeros(4)
    y.fill(x[0])
    return np.sum(y * x)


@example((V,))
def put(x):
    y = np.zeros(4)
    np.put(y, [0, 2], x[:2])
    return np.sum(y * x)


@example((V,))
def sort_in_place(x):
    y = x * 1.0
    y.sort()
    return np.sum(y * x)


@example((V,))
def resize(x):
    y = x * 1.0
    y.resize(2)
    return np.sum(y * y)


@example((V,))
def integer_array_truncates(x):
    y = np.zeros(4, dtype=int)
    y[:] = x * 3
    return np.sum(y * x)


@example((V, 3), (V, 0))
def buffers_swapped(x, steps):
    old, new = x * 1.0, np.zeros(4)
    for _ in range(steps):
        new[1:] = old[:-1] * old[1:]
        new[0] = old[3]
        old, new = new, old
    return np.sum(old * x)


@example((V, 3), (V, 0))
def overwritten_in_a_loop(x, steps):
    y = x * 1.0
    for _ in range(steps):
        y *= np.sin(y)
    return np.sum(y)


@example((V,))
def argument_mutated(x):
    x *= 2
    x[0] = x[1] * x[2]
    return np.sum(x * x)


@example((V,))
def argument_mutated_by_a_helper(x):
    y = x
    _double(y)
    return np.sum(x * y)


@example((V,), (-V,))
def number_or_row_written(x):
    y = x[0]
    y += 1.0
    return np.sum(x * y)


@example((V, True), (V, False))
def one_of_two_arrays_written(x, first):
    a, b = x * 1.0, x * x
    c = a if first else b
    c += 1.0
    return np.sum(a * b)


@example((V,))
def broadcast_view_read(x):
    y = np.broadcast_to(x, (3, 4))
    return np.sum(y * y)


@example((V,))
def rows_of_a_broadcast_array_written(x):
    y, total = x * 1.0, 0.0
    for row in np.broadcast_to(y, (3, 4)):
        total = total + np.sum(row * row)
        y[0] = total
    return total
