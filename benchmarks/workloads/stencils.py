"""Loops that write in place: the heat equation on a rod, and Jacobi's iteration on a square."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads.case import Case

# ------------------------------------------------------------------------- which conductivity fits


def heat(k, u, steps):
    """An explicit scheme in place, as a function of the conductivity: its adjoint reads every state."""
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def heat_by_hand(k, u, steps):
    """Value and gradient, with one array as tape."""
    u = u.copy()
    s = np.empty_like(k)
    tape = np.empty((steps, len(k)))
    for step in range(steps):
        t = tape[step]
        np.add(u[2:], u[:-2], out=t)
        np.multiply(u[1:-1], 2.0, out=s)
        t -= s
        np.multiply(k, t, out=s)
        u[1:-1] += s
    value = np.vdot(u, u)
    d_u = u
    d_u *= 2.0
    d = d_u[1:-1]
    d_k = np.zeros_like(k)
    for step in reversed(range(steps)):
        t = tape[step]
        t *= d
        d_k += t
        np.multiply(k, d, out=s)
        d_u[2:] += s
        d_u[:-2] += s
        s *= 2.0
        d -= s
    return value, d_k


def heat_without_writes(k, u, steps):
    """The same with new arrays."""
    for _ in range(steps):
        u = np.concatenate((u[:1], u[1:-1] + k * (u[2:] - 2.0 * u[1:-1] + u[:-2]), u[-1:]))
    return np.sum(u * u)


def heat_for_jax(k, u, steps):
    """The loop as JAX wants it."""
    from jax import lax

    u, _ = lax.scan(lambda u, _: (u.at[1:-1].add(k * (u[2:] - 2.0 * u[1:-1] + u[:-2])), None), u, None, length=steps)
    return np.sum(u * u)


# ------------------------------------------------------------------------- which state came before


def state(u, k, steps):
    """The same scheme as a function of the first state: its adjoint reads none."""
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u * u)


def state_by_hand(u, k, steps):
    """Value and gradient, without a tape."""
    u = u.copy()
    s = np.empty_like(u[1:-1])
    inner = u[1:-1]
    for _ in range(steps):
        np.add(u[2:], u[:-2], out=s)
        s *= k
        inner *= 1.0 - 2.0 * k
        inner += s
    value = np.vdot(u, u)
    d_u = u
    d_u *= 2.0
    for _ in range(steps):
        np.multiply(inner, k, out=s)
        inner *= 1.0 - 2.0 * k
        d_u[2:] += s
        d_u[:-2] += s
    return value, d_u


def state_without_writes(u, k, steps):
    """The same with new arrays."""
    return heat_without_writes(k, u, steps)


def state_for_jax(u, k, steps):
    """The loop as JAX wants it."""
    return heat_for_jax(k, u, steps)


# ------------------------------------------------------------------------------------------- Jacobi


def jacobi(f, u, steps):
    """Jacobi's iteration for Poisson's equation, as a function of its right side."""
    u = u.copy()
    for _ in range(steps):
        u[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] + f)
    return np.sum(u * u)


def jacobi_by_hand(f, u, steps):
    """Value and gradient; the transposed stencil gathers, as the iteration itself does."""
    n, m = f.shape
    u = u.copy()
    s = np.empty_like(f)
    for _ in range(steps):
        np.add(u[:-2, 1:-1], u[2:, 1:-1], out=s)
        s += u[1:-1, :-2]
        s += u[1:-1, 2:]
        s += f
        np.multiply(s, 0.25, out=u[1:-1, 1:-1])
    value = np.vdot(u, u)
    d = np.zeros_like(u)  # of which only the inside is read, as nothing else is written by a step
    np.multiply(u[1:-1, 1:-1], 0.5, out=d[1:-1, 1:-1])
    d_f = np.zeros((n, m))
    for k in range(steps):
        d_f += d[1:-1, 1:-1]
        if k < steps - 1:
            np.add(d[:-2, 1:-1], d[2:, 1:-1], out=s)
            s += d[1:-1, :-2]
            s += d[1:-1, 2:]
            np.multiply(s, 0.25, out=d[1:-1, 1:-1])
    return value, d_f


def jacobi_without_writes(f, u, steps):
    """The same with new arrays; the border is zero."""
    for _ in range(steps):
        u = np.pad(0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] + f), 1, "constant")
    return np.sum(u * u)


def jacobi_for_jax(f, u, steps):
    """The loop as JAX wants it."""
    from jax import lax

    def trip(u, _):
        inside = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] + f)
        return u.at[1:-1, 1:-1].set(inside), None

    u, _ = lax.scan(trip, u, None, length=steps)
    return np.sum(u * u)


# ------------------------------------------------------------------------------------------- cases


def rod():
    """A conductivity and a profile on 10^4 points, and 500 steps."""
    rng = np.random.default_rng(0)
    return 0.2 + 0.1 * rng.random(9_998), rng.normal(size=10_000), 500


def profile():
    """A profile on 10^4 points, a number, and 500 steps."""
    return np.random.default_rng(0).normal(size=10_000), 0.2, 500


def square():
    """A right side, an empty square of 256 x 256 points, and 100 steps."""
    return np.random.default_rng(0).normal(size=(254, 254)), np.zeros((256, 256)), 100


CASES = [
    Case(
        "heat",
        heat,
        heat_by_hand,
        rod,
        forms={"autograd": heat_without_writes, "torch": heat_without_writes, "jax": heat_for_jax},
    ),
    Case(
        "heat-state",
        state,
        state_by_hand,
        profile,
        forms={"autograd": state_without_writes, "torch": state_without_writes, "jax": state_for_jax},
    ),
    Case(
        "jacobi",
        jacobi,
        jacobi_by_hand,
        square,
        forms={"autograd": jacobi_without_writes, "torch": jacobi_without_writes, "jax": jacobi_for_jax},
    ),
]
