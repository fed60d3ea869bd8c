"""Views of memory that is written to afterwards: windows, broadcast arrays, parts, and several views at once."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from programs.checking import Programs, check, refused_with

import srcad

V = np.array([0.3, -1.1, 0.7, 1.9, 0.4, 0.8])
programs = Programs()


def weigh(y):
    return np.sum(np.arange(1, np.size(y) + 1).reshape(np.shape(y)) * y * y)


@programs.on((V,))
def windows(x):
    y = x * x
    w = sliding_window_view(y, 3)
    v = w[1:]
    y[2] = 5.0 * x[1]
    return weigh(w) + np.sum(v[0] * w[1:])


@programs.on((V,))
def windows_of_one_of_two(x):
    y, z = x * x, x * 2
    w = sliding_window_view(y if x[0] > 0 else z, (2,))
    first = w[0, 0]
    y[0] = 3 * x[1]
    return weigh(w.copy()) * first


@programs.on((V,))
def windows_in_a_loop(x):
    y = x * x
    total = 0.0
    for i in range(3):
        w = sliding_window_view(y, 2)
        total += np.sum(w[:, 0] * w[:, 1])
        y[i] = total * x[i]
    return total


@programs.on((V,))
def strides(x):
    y = x * x
    w = as_strided(y, (4, 3), (8, 8))
    y[1:] *= x[0]
    return weigh(w)


@programs.on((V,))
def strides_of_a_matrix(x):
    m = np.outer(x, x)
    return weigh(as_strided(m, shape=(6,), strides=(56,))) + np.sum(as_strided(m * x, (2, 3), (8, 48), writeable=False))


@programs.on((V,))
def broadcast(x):
    y = x * x
    z = x[:3, None] * 2
    a, b = np.broadcast_arrays(y, z)
    c = a[1:]
    z[0] = x[0]
    y[0] = 5.0 * x[1]
    return np.sum(c * a[1:] * b[1:]) + weigh(a)


@programs.on((V,))
def three_broadcast(x):
    a, b, c = np.broadcast_arrays(x, x[:3, None], 2.0)
    return weigh(a * b * c)


@programs.on((V,))
def halves(x):
    y = x * x
    a, b = np.split(y, 2)
    y[0] = 5.0 * x[1]
    b[1] = a[0] * x[2]
    return np.sum(a * a * b) + weigh(y)


@programs.on((V,))
def parts_in_a_loop(x):
    y = x * x
    total = 0.0
    for part in np.array_split(y, 3):
        total += np.sum(part * part) * x[0]
        y[-1] = total
    return total


@programs.on((V,))
def rows_of_a_matrix(x):
    y = np.outer(x, x)
    upper, lower = np.vsplit(y, [2])
    left = np.hsplit(y, 2)[0]
    y[-1, 0] = x[1] * 5
    left[0] = x[:3]
    return weigh(upper) + np.sum(lower**3)


@programs.on((V,))
def parts_of_complex_numbers(x):
    z = x * x + 1j * x
    a, b = z.real, z.imag
    z[0] = (2 + 1j) * x[1]
    a[1] = x[2] * 3
    return weigh(a) + np.sum(b * b * x) + np.sum(np.imag(z)[:2] * np.real(z)[2:4])


@programs.on((np.array([0.0, 0.0, 0.3, 0.0, -1.1, 0.0]),), (V,))
def trimmed(x):
    y = x * 3
    front, back, both = np.trim_zeros(y, "f"), np.trim_zeros(y, "b"), np.trim_zeros(y)
    y[2:4] = x[4]
    return np.sum(front**3) + np.sum(both**3) + np.sum(back**4)


@programs.on((V,))
def another_view(x):
    y = x * x
    a = y.view()
    y[0] = 3 * x[1]
    a[1] = x[2]
    return weigh(a) + np.sum(y**3)


@programs.on((V,))
def pairs_as_complex_numbers(x):
    y = x * x
    z = y.view(complex)
    y[0] = 3 * x[1]
    w = (z * z * (1 + 2j)).view(float)
    return weigh(w) + np.sum(np.abs(z))


@programs.on((V,))
def views_and_products_of_einsum(x):
    m = np.outer(x, x)
    diagonal, turned, product = np.einsum("ii->i", m), np.einsum("ij->ji", m), np.einsum("ij,j->i", m, x)
    m[0, 1] = 3 * x[2]
    m[2, 2] = x[0]
    return weigh(diagonal) + weigh(turned) + weigh(product)


@programs.on((V,))
def forms_in_memory(x):
    y = x * x
    a, b, c = np.asfortranarray(y), np.require(y), np.asarray_chkfinite(y)
    y[0] = 3 * x[1]
    return np.sum(a * b * c)


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


@programs.on((V,))
def written_through_the_imaginary_part(x):
    z = x + 1j * x
    part = z.imag
    part[0] = x[1]
    return np.sum(z.real * z.imag)


def written_through_strides(x):
    y = x * x
    as_strided(y, (2, 3), (24, 8))[0] = x[1]
    return np.sum(y)


def bits(x):
    return np.sum((x.view(np.int64) + 1).view(np.float64))


def written_through_pairs(x):
    z = x + 1j * x
    z.view(float)[0] = x[1]
    return np.sum(z.real * z.imag)


def strides_of_a_view(x):
    y = x * x
    return np.sum(as_strided(y[::2], (2,), (16,)))


def strides_between_elements(x):
    z = x + 1j * x
    return np.sum(as_strided(z, (2,), (8,)).real)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (written_through_strides, "in a way that its cotangent cannot"),
        (bits, "bits of numbers"),
        (written_through_pairs, "in a way that its cotangent cannot"),
        (strides_between_elements, "they lie between them"),
        (strides_of_a_view, "the array has gaps"),
    ],
)
def test_what_is_refused(function, words):
    refused_with(lambda: srcad.grad(function)(V), words)
