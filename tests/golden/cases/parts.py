"""Derivative of a tangent: an array of complex numbers is filled by its parts, of which the cotangents are no views."""

import numpy as np

from srcad import jvp


def shares(x):
    z = np.zeros(3, complex)
    z.real = x
    z.imag = x**2
    return np.sum(z.imag * x)


def function(x, v):
    return jvp(shares, (x,), (v,))[1]


wrt = 0


def arguments(random):
    return random.normal(size=3), random.normal(size=3)

# generated
def function_grad(x, v):
    """Gradient of function (parts.py:15) with respect to x.

    For x: array 1-d float64; v: array 1-d float64.
    """
    rt.check_tangent(v, x)
    z = np.zeros(3, complex)
    dot_z = np.zeros_like(z)
    real = z.real
    dot_real = dot_z.real
    real[...] = x
    dot_real[...] = v
    t = 2 * x
    d = v * t
    imag = z.imag
    dot_imag = dot_z.imag
    imag[...] = x ** 2
    dot_imag[...] = d
    d = dot_z.imag
    d_z = np.zeros_like(z)
    d_dot_z = np.zeros_like(dot_z)
    d_dot_real = d_dot_z.real
    d_real = d_z.real

    # return np.sum(z.imag * x)
    d_z += complex(-0.0, -1.0) * v
    d_x = 1.0 * d
    d_dot_z += complex(-0.0, -1.0) * x
    # z.imag = x**2
    d_dot_imag = d_dot_z.imag
    d_imag = d_z.imag
    t_2 = -d_imag[...]
    d_x += 2 * (-d_dot_imag[...] * v)
    d_x += t_2 * t
    d_dot_imag[...] = 0.0
    d_imag[...] = 0.0
    # z.real = x
    d_x += d_real[...]
    return d_x
