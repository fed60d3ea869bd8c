"""`scipy.signal`: linear filters and their responses.

A filter solves a difference equation forwards in time; its derivative solves the transposed one backwards.  The state
it begins with is an input of the first steps, and the state it ends with is what the next steps would have been given;
so the cotangents of both are those of steps, and the coefficients' are sums of products of steps.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, Known, Tuple, some_dim
from srcad.rules.axes import as_array, length, value_of
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts, linear
from srcad.rules.samples import array
from srcad.rules.scipy.borders import extended
from srcad.rules.scipy.common import real_like

# --------------------------------------------------------------------------------------------------------- lfilter


def state_before(a, tail):
    """The state of the filter that runs backwards, whose last outputs were `tail`, the latest of them first."""
    order = np.shape(tail)[-1]
    parts = [np.sum(-a[k + 1 : order + 1] * tail[..., : order - k], axis=-1) for k in range(order)]
    return np.stack(parts, axis=-1)


def lagged(errors, values, count):
    """The sums of products of errors with the values 0, 1, ... steps before."""
    n = np.shape(values)[-1]
    short = [min(n, np.shape(errors)[-1] - k) for k in range(count)]
    return np.array([np.sum(errors[..., k : k + short[k]] * values[..., : short[k]]) for k in range(count)])


def padded(coefficients, count):
    """Coefficients with zeros after them, until there are as many."""
    return np.concatenate((coefficients, np.zeros_like(coefficients, shape=count - np.size(coefficients))))


def through_filter(d, d_end, b, a, x, y):
    """The cotangents of b, a, x and the first state, from those of y and of the last state, along the last axis."""
    n, count = np.shape(x)[-1], max(np.size(a), np.size(b))
    b_all, a_all = padded(b, count) / a[0], padded(a, count) / a[0]
    reversed_d = d[..., ::-1]
    one = np.ones(1)
    if count == 1:
        errors = reversed_d[..., ::-1]
        d_x = b_all[0] * errors
    else:
        before, _end = signal.lfilter(one, a_all, reversed_d, zi=state_before(a_all, d_end))
        errors = np.concatenate((before[..., ::-1], d_end), axis=-1)
        d_x = signal.lfilter(b_all, one, errors[..., ::-1])[..., ::-1][..., :n]
    d_b, d_a = lagged(errors, x, count), -lagged(errors, y, count)
    d_first = -np.sum(d_b * b_all) - np.sum(d_a[1:] * a_all[1:])
    d_coefficients = np.concatenate((np.reshape(d_first, 1), d_a[1:]))
    return d_b[: np.size(b)] / a[0], d_coefficients[: np.size(a)] / a[0], d_x, errors[..., : count - 1]


FILTERED = [
    sample(array(3, seed=1), np.array([1.0, -0.5, 0.2]), array(6)),
    sample(array(2, seed=1), np.array([2.0, 0.4]), array(2, 6)),
    sample(array(2, seed=1), np.array([1.0, 0.4]), array(6, 2), axis=0),
    sample(array(3, seed=1), np.array([1.5]), array(6)),
    sample(array(1, seed=1), np.array([1.5]), array(6)),
    sample(array(1, seed=1), np.array([1.5, 0.3, -0.2]), array(6)),
    sample(array(3, seed=1), np.array([1.0, -0.5]), array(6), zi=array(2, seed=2)),
    sample(array(2, seed=1), np.array([2.0, -0.5, 0.4]), array(3, 6), -1, array(3, 2, seed=2)),
    sample(array(2, seed=1), np.array([2.0, -0.5, 0.4]), array(6, 3), 0, array(2, 3, seed=2)),
    sample(array(4, seed=1), np.array([1.5, -0.5]), array(2), zi=array(3, seed=2)),
]


@adjoint(signal.lfilter, "b", "a", "x", "zi", samples=FILTERED)
def _(d_out, out, b, a, x, axis=-1, zi=None):
    y = out if zi is None else out[0]
    d = d_out if zi is None else d_out[0] + np.zeros_like(y)
    lines, outputs = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
    if zi is None:
        d_end = np.zeros_like(outputs, shape=(*np.shape(lines)[:-1], max(np.size(a), np.size(b)) - 1))
    else:
        d_end = np.moveaxis(d_out[1] + np.zeros_like(out[1]), axis, -1)
    d_b, d_a, d_x, d_zi = through_filter(np.moveaxis(d, axis, -1), d_end, b, a, lines, outputs)
    return d_b, d_a, np.moveaxis(d_x, -1, axis), None if zi is None else np.moveaxis(d_zi, -1, axis)


@facts(signal.lfilter)
def _(b, a, x, axis=-1, zi=None):
    double = {as_array(one).dtype for one in (b, a, x)} == {"float64"}
    y = Array("float64" if double else None, as_array(x).shape)
    if zi == Known(None):
        return y
    return Tuple((y, Array(None, None))) if as_array(zi).ndim else UNKNOWN


# --------------------------------------------------------------------------------------------------------- sosfilt

SECTIONS = np.array([[2, 1, 0, 1, 0, 0], [1, -1, 1, 1, 0, 0]])


def through_sections(d, d_end, sos, x, zi):
    """The cotangents of the sections of a filter, of x and of the first states, along the last axis."""
    inputs, outputs = [], []
    for k in range(len(sos)):
        inputs.append(x)
        x, _end = signal.lfilter(sos[k, :3], sos[k, 3:], x, zi=zi[k])
        outputs.append(x)
    d_sos, d_zi = [], []
    for k in reversed(range(len(sos))):
        d_b, d_a, d, d_first = through_filter(d, d_end[k], sos[k, :3], sos[k, 3:], inputs[k], outputs[k])
        d_sos.append(np.concatenate((d_b, d_a)))
        d_zi.append(d_first)
    return np.array(d_sos)[::-1], d, np.array(d_zi)[::-1]


@adjoint(
    signal.sosfilt,
    "sos",
    "x",
    "zi",
    samples=[
        sample(SECTIONS, array(6)),
        sample(SECTIONS, array(2, 5)),
        sample(SECTIONS, array(5, 2), axis=0),
        sample(SECTIONS, array(5), zi=array(2, 2, seed=1)),
        sample(SECTIONS, array(2, 5), -1, array(2, 2, 2, seed=1)),
    ],
)
def _(d_out, out, sos, x, axis=-1, zi=None):
    y = out if zi is None else out[0]
    d = d_out if zi is None else d_out[0] + np.zeros_like(y)
    lines = np.moveaxis(x, axis, -1)
    if zi is None:
        first = np.zeros_like(y, shape=(np.shape(sos)[0], *np.shape(lines)[:-1], 2))
        d_sos, d_x, _d_first = through_sections(np.moveaxis(d, axis, -1), first, sos, lines, first)
        return d_sos, np.moveaxis(d_x, -1, axis), None
    place = axis + 1 if axis >= 0 else axis
    first, d_end = np.moveaxis(zi, place, -1), np.moveaxis(d_out[1] + np.zeros_like(out[1]), place, -1)
    d_sos, d_x, d_first = through_sections(np.moveaxis(d, axis, -1), d_end, sos, lines, first)
    return d_sos, np.moveaxis(d_x, -1, axis), np.moveaxis(d_first, -1, place)


@facts(signal.sosfilt)
def _(sos, x, axis=-1, zi=None):
    y = Array("float64" if as_array(x).dtype == "float64" else None, as_array(x).shape)
    if as_array(sos).dtype not in ("float64", "int64"):
        y = Array(None, y.shape)
    if zi == Known(None):
        return y
    return Tuple((y, Array(None, None))) if as_array(zi).ndim else UNKNOWN


# ------------------------------------------------------------------------------------------------------- responses


def refuse_many_dimensions(b, a):
    """Raises UnsupportedError for stacks of filters."""
    if np.ndim(b) > 1 or np.ndim(a) > 1:
        raise UnsupportedError("the responses of a stack of filters have no rule", "call it for each of the filters")


constant(refuse_many_dimensions, pure=False)


def through_response(d, h, b, a, basis):
    """The cotangents of two polynomials, whose powers have the values `basis`, from that of their quotient h."""
    d_numerator = d / (basis[:, : np.size(a)] @ np.reshape(a, -1))
    d_b, d_a = d_numerator @ basis[:, : np.size(b)], -(d_numerator * h) @ basis[:, : np.size(a)]
    return real_like(np.reshape(d_b, np.shape(b)), b), real_like(np.reshape(d_a, np.shape(a)), a)


@adjoint(
    signal.freqz,
    "b",
    "a",
    refuses=("plot",),
    samples=[
        sample(array(3), 1, 5),
        sample(array(3), np.array([1.0, 0.4, -0.3, 0.1]), 6, whole=True),
        sample(array(3), np.array([2.0, 0.4]), np.array([0.1, 0.5, 2.0])),
        sample(array(2), np.array([2.0, 0.4]), 4, fs=2.5),
    ],
)
def _(d_out, out, b, a=1, worN=512, whole=False, plot=None, fs=2 * np.pi, include_nyquist=False):  # noqa: N803
    refuse_many_dimensions(b, a)
    powers = np.arange(max(np.size(b), np.size(a)))
    basis = np.exp(-2j * np.pi / fs * np.expand_dims(out[0], 1) * powers)
    return through_response(d_out[1], out[1], b, a, basis)


@facts(signal.freqz)
def _(b, a=1, worN=512, whole=False, plot=None, fs=2 * np.pi, include_nyquist=False):  # noqa: N803
    return Tuple((Array(None, None), Array("complex128", None))) if as_array(b).dtype == "float64" else UNKNOWN


def refuse_chosen_frequencies(frequencies):
    """Raises UnsupportedError where SciPy chooses frequencies by the filter's poles."""
    if np.ndim(frequencies) == 0:
        raise UnsupportedError(
            "scipy.signal.freqs chooses frequencies by the poles of the filter", "pass the frequencies as an array"
        )


constant(refuse_chosen_frequencies, pure=False)


@adjoint(
    signal.freqs,
    "b",
    "a",
    refuses=("plot",),
    shares="worN",
    samples=[sample(array(2), np.array([1.0, 0.4, 0.3]), np.array([0.1, 0.5, 2.0]))],
)
def _(d_out, out, b, a, worN=200, plot=None):  # noqa: N803
    refuse_chosen_frequencies(worN)
    refuse_many_dimensions(b, a)
    powers = np.arange(max(np.size(b), np.size(a)))
    basis = (1j * np.expand_dims(out[0], 1)) ** powers
    d_b, d_a = through_response(d_out[1], out[1], np.flip(b), np.flip(a), basis)
    return np.flip(d_b), np.flip(d_a)


@facts(signal.freqs)
def _(b, a, worN=200, plot=None):  # noqa: N803
    return Tuple((Array(None, None), Array(None, None)))


# ------------------------------------------------------------------------------------------- forwards and backwards


def continued(x, edge, padtype):
    """Signals along the last axis that `scipy.signal.filtfilt` continues by so many values at both ends."""
    if np.shape(x)[-1] <= edge:
        raise ValueError(f"The length of the input vector x must be greater than padlen, which is {edge}.")
    if edge == 0:
        return x
    before, after = x[..., edge:0:-1], x[..., -2 : -(edge + 2) : -1]
    first, last = x[..., :1], x[..., -1:]
    if padtype == "even":
        return np.concatenate((before, x, after), axis=-1)
    if padtype == "odd":
        return np.concatenate((2 * first - before, x, 2 * last - after), axis=-1)
    return np.concatenate((np.repeat(first, edge, -1), x, np.repeat(last, edge, -1)), axis=-1)


def through_margins(d, edge, padtype):
    """The cotangent of signals from that of what continues them."""
    d_x = without_margins(d, edge).copy()
    if edge == 0:
        return d_x
    before, after = d[..., edge - 1 :: -1], d[..., : -(edge + 1) : -1]
    sign = -1.0 if padtype == "odd" else 1.0
    if padtype != "constant":
        d_x[..., 1 : edge + 1] += sign * before
        d_x[..., -(edge + 1) : -1] += sign * after
    if padtype != "even":
        factor = 2.0 if padtype == "odd" else 1.0
        d_x[..., 0] += factor * np.sum(before, axis=-1)
        d_x[..., -1] += factor * np.sum(after, axis=-1)
    return d_x


def without_margins(y, edge):
    """Signals without so many values at both ends."""
    return y[..., edge : np.shape(y)[-1] - edge]


@linear(without_margins, "y", shares="y", always=True, samples=[sample(array(2, 6), 2), sample(array(3), 0)])
def _(d_out, y, edge):
    return extended(d_out, -1, edge, edge, "constant")


@facts(without_margins)
def _(y, edge):
    known = as_array(y)
    return Array(known.dtype, known.shape and (*known.shape[:-1], some_dim()))


CONTINUED = [(3, "odd"), (2, "even"), (4, "constant"), (0, None)]


@linear(continued, "x", shares="x", samples=[sample(array(2, 5), *rest) for rest in CONTINUED])
def _(d_out, x, edge, padtype):
    return through_margins(d_out, edge, padtype)


@linear(through_margins, "d", samples=[sample(array(2, 13), *rest) for rest in CONTINUED])
def _(d_out, d, edge, padtype):
    return continued(d_out, edge, padtype)


@facts(continued, through_margins)
def _(d, edge, padtype):
    known = as_array(d)
    return Array(known.dtype, known.shape and (*known.shape[:-1], some_dim()))


# --------------------------------------------------------------------------------------------------------- designs

# They have no rule: numbers that specify a filter are refused where they carry a derivative.


def designed(output):
    """The fact of a filter: sections, or two polynomials."""
    if value_of(output) == "sos":
        return Array("float64", (some_dim(), length(6)))
    vector = Array("float64", (some_dim(),))
    return Tuple((vector, vector)) if value_of(output) == "ba" else UNKNOWN


@facts(signal.butter)
def _(N, Wn, btype="low", analog=False, output="ba", fs=None):  # noqa: N803
    return designed(output)


@facts(signal.cheby1)
def _(N, rp, Wn, btype="low", analog=False, output="ba", fs=None):  # noqa: N803
    return designed(output)


@facts(signal.cheby2)
def _(N, rs, Wn, btype="low", analog=False, output="ba", fs=None):  # noqa: N803
    return designed(output)


@facts(signal.ellip)
def _(N, rp, rs, Wn, btype="low", analog=False, output="ba", fs=None):  # noqa: N803
    return designed(output)


@facts(signal.firwin)
def _(numtaps, cutoff, *, width=None, window="hamming", pass_zero=True, scale=True, fs=None):
    return Array("float64", (some_dim(),))


@facts(signal.get_window)
def _(window, Nx, fftbins=True, *, xp=None, device=None):  # noqa: N803
    return Array("float64", (some_dim(),))
