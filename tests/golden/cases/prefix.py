"""A Hessian-vector product of a recursion that writes to the array it is given: each sweep is a recursion that writes."""

import numpy as np

import srcad


def multiply(a, n):
    if n > 0:
        multiply(a, n - 1)
        a[n] *= a[n - 1]


def prefix(x):
    y = x.copy()
    multiply(y, len(y) - 1)
    return np.sum(y)


gradient = srcad.grad(prefix)


def along(x, direction):
    return gradient(x) @ direction


function = along
wrt = 0


def arguments(rng):
    return rng.normal(size=4), rng.normal(size=4)

# generated
def multiply_forward_forward(a, n):
    test = n > 0
    if test:
        t = n - 1
        saved_2, saved_4 = multiply_forward_forward(a, t)
        t_2 = a[t]
        saved = a[n]
        saved_3 = a[n]
        a[n] *= t_2
        t_3 = t
        t_4 = t_2
    else:
        saved = None
        saved_2 = None
        t = None
        t_2 = None
        saved_3 = None
        saved_4 = None
        t_3 = None
        t_4 = None
    saved = n, test, saved, saved_2, t, t_2
    return saved, (n, test, saved_2, saved_3, saved_4, t_3, t_4)


def multiply_backward_forward(a, saved, d_a):
    n, t, saved_2, saved_3, t_2, t_3 = saved
    if t:
        saved_6 = a[n]

        # a[n] *= a[n - 1]
        a[n] = saved_2
        t_4 = a[n]
        t_5 = d_a[n]
        d = t_5 * t_4
        saved_5 = d_a[n]
        d_a[n] = t_5 * t_3
        saved_4 = d_a[t_2]
        d_a[t_2] += d
        # multiply(a, n - 1)
        saved_2 = multiply_backward_forward(a, saved_3, d_a)
    else:
        saved_2 = None
        saved_4 = None
        saved_5 = None
        saved_6 = None
        t_4 = None
        t_5 = None
    return saved, n, t, saved_3, t_2, t_3, saved_2, saved_4, saved_5, saved_6, t_4, t_5


def prefix_grad_forward(x):
    y = x.copy()
    saved, saved_2 = multiply_forward_forward(y, len(y) - 1)
    d_y = np.ones_like(y)
    saved = multiply_backward_forward(y, saved, d_y)
    return d_y, (y, saved_2, d_y, saved)


def multiply_backward_backward(a, d_a, saved, d_a_2, d_d_a):
    saved, n, t, saved_2, t_2, t_3, saved_3, saved_4, saved_5, saved_6, t_4, t_5 = saved
    if t:
        # multiply(a, n - 1)
        d_saved = multiply_backward_backward(a, d_a, saved_3, d_a_2, d_d_a)
        # a[n] *= a[n - 1]
        d_a[t_2] = saved_4
        d_d_t = d_d_a[t_2]
        d_a[n] = saved_5
        d_d_t_2 = d_d_a[n]
        d = d_d_t * t_5
        t = d_d_t_2 * t_5
        d_d_a[n] = d_d_t * t_4 + d_d_t_2 * t_3
        d_a_2[n] += d
        a[n] = saved_6
        d_saved_2 = d_a_2[n]
        d_a_2[n] = 0.0
    else:
        d_saved = rt.zeros_like(saved_2)
        t = 0.0
        d_saved_2 = 0.0
    d_saved = rt.pack((0.0, 0.0, d_saved_2, d_saved, 0.0, t), saved)
    d_saved = rt.project(d_saved, saved)
    return d_saved


def multiply_forward_backward(a, saved, d_out, d_a):
    n, t, saved, saved_2, saved_3, t_2, t_3 = saved
    d_saved = d_out[2]
    d_saved_2 = d_out[3]
    d_saved_2 = rt.project(d_saved_2, saved)
    d = d_out[5]
    if t:
        # a[n] *= a[n - 1]
        a[n] = saved_2
        t = d_a[n]
        d_2 = t * a[n]
        d_a[n] = t * t_3
        d = d + d_2
        d_a[n] += d_saved
        d_a[t_2] += d
        # multiply(a, n - 1)
        multiply_forward_backward(a, saved_3, d_saved_2, d_a)


def prefix_grad_backward(saved, d_out):
    y, saved, d_y, saved_2 = saved
    d_y_2 = np.zeros_like(y)
    d_d_y = d_out.copy()

    # multiply(y, len(y) - 1)
    d_saved = multiply_backward_backward(y, d_y, saved_2, d_y_2, d_d_y)
    multiply_forward_backward(y, saved, d_saved, d_y_2)
    return d_y_2


def along_grad(x, direction):
    """Gradient of along (prefix.py:23) with respect to x.

    For x: array 1-d float64; direction: array 1-d float64.
    """
    t, saved = prefix_grad_forward(x)

    # return gradient(x) @ direction
    return prefix_grad_backward(saved, direction)
