"""State spaces in `scipy.signal`, in continuous and in discrete time: their other forms, and what they answer.

Guarantee: the steps are those of SciPy, in its order, so that results are the same bit for bit.
"""

import numpy as np
from scipy import linalg, signal

from srcad.errors import UnsupportedError
from srcad.facts import Tuple, widen
from srcad.library.kinds import a_matrix, a_vector, exactly, none, not_none
from srcad.library.register import implements
from srcad.library.scipy_systems import normalized, zeros_and_poles
from srcad.rules.register import constant


def a_state_space(fact):
    """A tuple of four matrices."""
    known = widen(fact)
    return isinstance(known, Tuple) and len(known.items) == 4 and all(map(a_matrix, known.items))


def a_sampled_space(fact):
    """A tuple of four matrices and the time between two samples."""
    known = widen(fact)
    return isinstance(known, Tuple) and len(known.items) == 5 and all(map(a_matrix, known.items[:4]))


def a_quotient(fact):
    """A tuple of a numerator and a denominator."""
    known = widen(fact)
    return isinstance(known, Tuple) and len(known.items) == 2 and all(map(a_vector, known.items))


def a_sampled_quotient(fact):
    """A tuple of a numerator, a denominator and the time between two samples."""
    known = widen(fact)
    return isinstance(known, Tuple) and len(known.items) == 3 and all(map(a_vector, known.items[:2]))


# ------------------------------------------------------------------------------------------------------ other forms


@implements(signal.ss2tf)
def _(A: a_matrix, B: a_matrix, C: a_matrix, D: a_matrix, input=0):  # noqa: N803 (SciPy's own names)
    return transfer(A, B, C, D, input)


def transfer(a, b, c, d, place):
    """The quotients of polynomials by which outputs depend on one of the inputs."""
    b, d = b[:, place : place + 1], d[:, place : place + 1]
    below = np.poly(np.linalg.eigvals(a))
    above = [np.poly(np.linalg.eigvals(a - np.dot(b, c[k : k + 1]))) + (d[k] - 1) * below for k in range(len(d))]
    return np.array(above), below


@implements(signal.ss2zpk)
def _(A: a_matrix, B: a_matrix, C: a_matrix, D: a_matrix, input=0):  # noqa: N803
    above, below = transfer(A, B, C, D, input)
    return zeros_and_poles(above[0], below)


@implements(signal.tf2ss)
def _(num: a_vector, den: a_vector):
    return space(num, den)


@implements(signal.zpk2ss)
def _(z: a_vector, p: a_vector, k):
    return space(k * np.poly(z), np.poly(p))


def space(above, below):
    """A state space of a quotient of polynomials: the companion of the denominator."""
    above, below = normalized(above, below)
    lacking = len(below) - len(above)
    if lacking < 0:
        raise ValueError("Improper transfer function. `num` is longer than `den`.")
    above = np.concatenate((np.zeros(lacking), above))
    n = len(below) - 1
    a = np.concatenate((np.expand_dims(-below[1:], 0), np.eye(n - 1, n)))
    return a, np.eye(n, 1), np.expand_dims(above[1:] - above[0] * below[1:], 0), np.reshape(above[:1], (1, 1))


@implements(signal.cont2discrete)
def _(system: a_state_space, dt, method: exactly("zoh") = "zoh", alpha=None):
    a, b, c, d = system
    n, m = np.shape(b)
    whole = np.vstack((np.hstack((a, b)), np.zeros((m, n + m))))
    steps = linalg.expm(dt * whole)[:n]
    return steps[:, :n], steps[:, n:], c, d, dt


@implements(signal.cont2discrete)
def _(system: a_state_space, dt, method: exactly("bilinear"), alpha=None):
    return by_trapezoids(system, dt, 0.5)


@implements(signal.cont2discrete)
def _(system: a_state_space, dt, method: exactly("gbt"), alpha):
    return by_trapezoids(system, dt, alpha)


@implements(signal.cont2discrete)
def _(system: a_state_space, dt, method: exactly("euler"), alpha=None):
    return by_trapezoids(system, dt, 0.0)


@implements(signal.cont2discrete)
def _(system: a_state_space, dt, method: exactly("backward_diff"), alpha=None):
    return by_trapezoids(system, dt, 1.0)


def by_trapezoids(system, dt, alpha):
    """A system in discrete time by the generalised bilinear transform."""
    a, b, c, d = system
    one = np.eye(len(a))
    ahead = one - alpha * dt * a
    new_b = linalg.solve(ahead, dt * b)
    new_c = linalg.solve(ahead.T, c.T).T
    return linalg.solve(ahead, one + (1.0 - alpha) * dt * a), new_b, new_c, d + alpha * np.dot(c, new_b), dt


# ---------------------------------------------------------------------------------------------- answers in time


def check_times(times):
    """Raises where times are not equally spaced, from zero on."""
    if times[0] != 0.0:
        raise UnsupportedError("a response that does not begin at the time 0 has no derivative here", "begin at 0")
    if not np.allclose(np.diff(times), times[1] - times[0]):
        raise ValueError("Time steps are not equally spaced.")


constant(check_times, pure=False)


@implements(signal.lsim)
def _(system: a_state_space, U: a_vector, T: a_vector, X0=None, interp: exactly(True) = True):  # noqa: N803
    return continuous(system, U, T, X0)


def continuous(system, u, times, start):
    """What a system in continuous time answers to an input that is linear between two times, and its states."""
    a, b, c, d = system
    n, m = np.shape(b)
    check_times(times)
    dt = times[1] - times[0]
    inputs = np.reshape(u, (len(times), m))
    top = np.hstack([a * dt, b * dt, np.zeros((n, m))])
    middle = np.hstack([np.zeros((m, n + m)), np.identity(m)])
    steps = linalg.expm(np.vstack([top, middle, np.zeros((m, n + 2 * m))]).T)
    to_state, last = steps[:n, :n], steps[n + m :, :n]
    first = steps[n : n + m, :n] - last
    states = [np.zeros(n) if start is None else np.asarray(start)]
    for i in range(1, len(times)):
        states.append(states[i - 1] @ to_state + inputs[i - 1] @ first + inputs[i] @ last)
    found = np.array(states)
    return times, np.squeeze(found @ c.T) + np.squeeze(inputs @ d.T), np.squeeze(found)


def held(system, u, times, start):
    """What a system in continuous time answers to an input that is constant between two times, and its states."""
    a, b, c, d = system
    n, m = np.shape(b)
    check_times(times)
    dt = times[1] - times[0]
    steps = linalg.expm(np.vstack([np.hstack([a * dt, b * dt]), np.zeros((m, n + m))]).T)
    states = [np.zeros(n) if start is None else np.asarray(start)]
    for i in range(1, len(times)):
        states.append(states[i - 1] @ steps[:n, :n] + u[i - 1] @ steps[n:, :n])
    found = np.array(states)
    return np.squeeze(found @ c.T) + np.squeeze(u @ d.T)


@implements(signal.step)
def _(system: a_state_space, X0=None, T: a_vector = None, N=None):  # noqa: N803
    return T, held(system, np.ones((len(T), 1)), T, X0)


@implements(signal.impulse)
def _(system: a_state_space, X0: none = None, T: a_vector = None, N=None):  # noqa: N803
    a, b, c, _d = system
    check_times(T)
    step = linalg.expm(a.T * (T[1] - T[0]))
    states = [np.squeeze(b)]
    for i in range(1, len(T)):
        states.append(states[i - 1] @ step)
    return T, np.squeeze(np.array(states) @ c.T)


def sampled(system, u, start):
    """The times at which a system in discrete time answers inputs, what it answers, and its states."""
    a, b, c, d, dt = system
    count = len(u)
    states = [np.zeros(len(a)) if start is None else np.asarray(start)]
    for i in range(count - 1):
        states.append(np.dot(a, states[i]) + np.dot(b, u[i]))
    found = [np.dot(c, states[i]) + np.dot(d, u[i]) for i in range(count)]
    return np.linspace(0.0, (count - 1) * dt, count), np.array(found), np.array(states)


@implements(signal.dlsim)
def _(system: a_sampled_space, u: a_vector, t: none = None, x0=None):
    return sampled(system, np.expand_dims(u, 1), x0)


@implements(signal.dlsim)
def _(system: a_sampled_space, u: a_matrix, t: none = None, x0=None):
    return sampled(system, u, x0)


def length(n, dt):
    """How many samples SciPy takes to be in the time of n samples."""
    times = np.linspace(0, n * dt, n, endpoint=False)
    return int(np.floor(times[-1] / dt)) + 1


constant(length)


@implements(signal.dimpulse)
def _(system: a_sampled_space, x0=None, t: none = None, n: not_none = None):
    count = length(n, system[4])
    times, found, _states = sampled(system, only_input(system, count, 1), x0)
    return times, (found,)


@implements(signal.dstep)
def _(system: a_sampled_space, x0=None, t: none = None, n: not_none = None):
    count = length(n, system[4])
    times, found, _states = sampled(system, only_input(system, count, count), x0)
    return times, (found,)


def only_input(system, count, ones):
    """The input of a system that is one for some time, and then zero."""
    if np.shape(system[1])[1] != 1:
        raise UnsupportedError("the response of a system with several inputs", "call dlsim for each of them")
    return np.expand_dims((np.arange(count) < ones).astype(float), 1)


constant(only_input)


# --------------------------------------------------------------------------------------- answers to frequencies


@implements(signal.freqresp)
def _(system: a_quotient, w: not_none, n=10000):
    return signal.freqs_zpk(*signal.tf2zpk(system[0], system[1]), worN=w)


@implements(signal.dfreqresp)
def _(system: a_sampled_quotient, w: a_vector, n=10000, whole=False):
    return signal.freqz(*in_delays(system), worN=w)


def in_delays(system):
    """A quotient of polynomials in z as one in 1 / z: both with as many coefficients."""
    b, a, _dt = system
    b, a = normalized(b, a)
    return np.concatenate((np.zeros(max(len(a) - len(b), 0)), b)), np.concatenate(
        (np.zeros(max(len(b) - len(a), 0)), a)
    )


@implements(signal.bode)
def _(system: a_quotient, w: not_none, n=100):
    frequencies, y = signal.freqs_zpk(*signal.tf2zpk(system[0], system[1]), worN=w)
    return frequencies, 20.0 * np.log10(abs(y)), np.unwrap(np.arctan2(y.imag, y.real)) * 180.0 / np.pi


@implements(signal.dbode)
def _(system: a_sampled_quotient, w: a_vector, n=100):
    frequencies, y = signal.freqz(*in_delays(system), worN=w)
    return frequencies / system[2], 20.0 * np.log10(abs(y)), np.rad2deg(np.unwrap(np.angle(y)))
