"""Forms of filters and systems in `scipy.signal`, and their design: the same value, derivatives of both orders."""

from __future__ import annotations

import numpy as np
import pytest
from rules.in_programs import along

import srcad
from srcad.errors import DifferentiationError

signal = pytest.importorskip("scipy.signal", reason="SciPy is not installed")

sections = pytest.importorskip("srcad.library.scipy_sections", reason="SciPy is not installed")

X = np.linspace(0.5, 2.0, 6)
B, A = np.array([0.5, 0.3, 0.2]), np.array([1.0, -0.4, 0.1])
Z, P = np.array([0.3, -0.5]), np.array([0.2, 0.6])
SOS = np.array([[0.5, 0.3, 0.2, 1.0, -0.4, 0.1], [0.5, 0.1, 0.2, 1.0, 0.3, 0.2]])
SPACE = (np.array([[-1.0, 0.3], [0.2, -0.7]]), np.array([[1.0], [0.5]]), np.array([[1.0, 2.0]]), np.array([[0.1]]))
T, W = np.linspace(0.0, 1.0, 6), np.array([0.1, 0.7, 1.0])
LINES = np.sin(np.arange(1.0, 21.0) ** 2)


def space(x, *rest):
    a, b, c, d = SPACE
    return (a * x[0], b * x[1], c, d * x[2], *rest)


def weigh(*parts):
    """A number that depends on all of these."""
    total = 0.0
    for part in parts:
        total = total + np.sum(np.cos(np.arange(np.size(part))).reshape(np.shape(part)) * np.abs(part) ** 2)
    return total


PROGRAMS = {
    "normalize": lambda x: weigh(*signal.normalize(B * x[0], [x[1], x[2], 0.3])),
    "zpk2tf": lambda x: weigh(*signal.zpk2tf(Z * x[0], P * x[1], x[2])),
    "tf2zpk": lambda x: weigh(*signal.tf2zpk(B ** x[0], A * x[1])),
    "sos2tf": lambda x: weigh(*signal.sos2tf(SOS * x[0])),
    "sos2zpk": lambda x: weigh(*signal.sos2zpk(SOS[:, ::-1] * x[0] + x[1])),
    "tf2ss": lambda x: weigh(*signal.tf2ss(B * x[0], A + x[1])),
    "zpk2ss": lambda x: weigh(*signal.zpk2ss(Z * x[0], P * x[1], x[2])),
    "ss2tf": lambda x: weigh(*signal.ss2tf(*space(x))),
    "ss2zpk": lambda x: weigh(*signal.ss2zpk(*space(x))),
    "bilinear": lambda x: weigh(*signal.bilinear(x[:2], A + x[2], x[3])),
    "lp2lp": lambda x: weigh(*signal.lp2lp(B, A * x[:3], x[3])),
    "lp2lp of higher degree": lambda x: weigh(*signal.lp2lp(B, A[:2] * x[:2], x[3])),
    "lp2hp": lambda x: weigh(*signal.lp2hp(B[:2], A * x[:3], x[3])),
    "lp2bp": lambda x: weigh(*signal.lp2bp(B[:2], A * x[:3], x[3], x[4])),
    "lp2bs": lambda x: weigh(*signal.lp2bs(B[:2], A * x[:3], x[3], x[4])),
    "lp2bs_zpk": lambda x: weigh(*signal.lp2bs_zpk(Z[:1], P * x[0], x[1], x[2], x[3])),
    "cont2discrete": lambda x: weigh(*signal.cont2discrete(space(x), x[3])[:4]),
    "cont2discrete by trapezoids": lambda x: weigh(*signal.cont2discrete(space(x), x[3], "bilinear")[:4]),
    "cont2discrete forwards": lambda x: weigh(*signal.cont2discrete(space(x), x[3], method="euler")[:4]),
    "cont2discrete backwards": lambda x: weigh(*signal.cont2discrete(space(x), x[3], "backward_diff")[:4]),
    "cont2discrete in general": lambda x: weigh(*signal.cont2discrete(space(x), 0.1, "gbt", x[0])[:4]),
    "lsim": lambda x: weigh(*signal.lsim(space(x), x, T)[1:]),
    "lsim from somewhere": lambda x: weigh(*signal.lsim(SPACE, x, T, x[:2])[1:]),
    "step": lambda x: weigh(signal.step(space(x), T=T)[1]),
    "impulse": lambda x: weigh(signal.impulse(space(x), T=T)[1]),
    "dlsim": lambda x: weigh(*signal.dlsim(space(x, 0.1), x, x0=x[:2])[1:]),
    "dstep": lambda x: weigh(signal.dstep(space(x, 0.1), n=5)[1][0]),
    "dimpulse": lambda x: weigh(signal.dimpulse(space(x, 0.1), n=5)[1][0]),
    "freqresp": lambda x: weigh(signal.freqresp((B ** x[0], A * x[1]), W)[1]),
    "dfreqresp": lambda x: weigh(signal.dfreqresp((B ** x[0], A * x[1], 0.1), W)[1]),
    "bode": lambda x: weigh(*signal.bode((B ** x[0], A * x[1]), W)[1:]),
    "dbode": lambda x: weigh(*signal.dbode((B ** x[0], A * x[1], 0.1), W)[1:]),
    "group_delay": lambda x: weigh(signal.group_delay((B ** x[0], A), w=W)[1]),
    "butter": lambda x: weigh(*signal.butter(3, 0.3 * x[0])),
    "butter of a band": lambda x: weigh(*signal.butter(2, 0.3 * x[1:3], "bandpass", fs=3.0, output="zpk")),
    "butter beside a band": lambda x: weigh(*signal.butter(2, x[1:3], "stop", analog=True)),
    "cheby1": lambda x: weigh(*signal.cheby1(2, x[1], 0.3 * x[0], "high")),
    "cheby2": lambda x: weigh(*signal.cheby2(3, 20.0 * x[1], 0.3 * x[0])),
    "bessel": lambda x: weigh(*signal.bessel(3, 0.3 * x[0])),
    "ellip": lambda x: weigh(*signal.ellip(3, 1.0, 40.0, 0.3 * x[0])),
    "stft": lambda x: weigh(signal.stft(LINES * x[0] + x[1], nperseg=6)[2]),
    "spectrogram": lambda x: weigh(signal.spectrogram(LINES * x[0] + LINES**2, 2.0, nperseg=8, nfft=10)[2]),
    "cspline1d": lambda x: weigh(signal.cspline1d(x)),
    "qspline1d": lambda x: weigh(signal.qspline1d(x)),
    "butter in sections": lambda x: weigh(signal.butter(3, 0.3 * x[0], output="sos")),
    "bessel in sections": lambda x: weigh(signal.bessel(3, x[0], "highpass", True, output="sos")),
    "butter of a list": lambda x: weigh(*signal.butter(1, [0.3 * x[0], 0.4 * x[1]], "bandpass")),
    "iirfilter": lambda x: weigh(*signal.iirfilter(2, [0.2 * x[0], 0.4 * x[1]], rp=x[2], btype="band", ftype="cheby1")),
    "iircomb": lambda x: weigh(*signal.iircomb(0.25, 20.0 * x[0])),
    "zpk2sos": lambda x: weigh(signal.zpk2sos(Z * x[0], P * x[1], x[2])),
    "tf2sos": lambda x: weigh(signal.tf2sos(B * x[:3], A)),
    "tf2sos of odd order": lambda x: weigh(signal.tf2sos(x[:3], [1.0, 0.2, 0.5, 0.3], "keep_odd")),
    "get_window": lambda x: weigh(signal.get_window(("kaiser", x[0]), 9)),
    "get_window of a number": lambda x: weigh(signal.get_window(x[0], 8, False)),
    "get_window, symmetric": lambda x: weigh(signal.get_window(("general_gaussian_symmetric", x[0], x[1]), 9)),
    "get_window, exponential": lambda x: weigh(signal.get_window(("exponential", None, x[0]), 9)),
    "get_window, cosines": lambda x: weigh(signal.get_window(("general_cosine", x[:3]), 9)),
    "general_hamming": lambda x: weigh(signal.windows.general_hamming(9, x[0], sym=False)),
    "tukey": lambda x: weigh(signal.windows.tukey(9, 0.7 * x[0])),
    "firwin": lambda x: weigh(signal.firwin(7, 0.3 * x[0])),
    "firwin of bands": lambda x: weigh(
        signal.firwin(9, [0.3 * x[0], 0.4 * x[2]], window=("kaiser", 8.0 * x[1]), pass_zero=False, fs=2.0 + x[3])
    ),
    "firwin of a width": lambda x: weigh(signal.firwin(9, [0.2, 0.5 * x[0]], width=0.2 * x[1], pass_zero="bandstop")),
    "firwin_2d": lambda x: weigh(signal.firwin_2d((3, 3), "hamming", fc=0.3 * x[0], circular=True)),
    "savgol_coeffs": lambda x: weigh(signal.savgol_coeffs(5, 2, deriv=1, delta=x[0], pos=x[1])),
    "savgol_coeffs, to multiply with": lambda x: weigh(signal.savgol_coeffs(5, 2, deriv=1, delta=x[0], use="dot")),
    "residue": lambda x: weigh(*signal.residue(x[:2], [1.0, 0.7 * x[2], -0.3])),
    "residue of complex poles": lambda x: weigh(*signal.residue(x[:4], [1.0, 0.7 * x[2], 0.8])),
    "residuez": lambda x: weigh(*signal.residuez(x[:4], [1.0, 0.7 * x[2], -0.3, 0.0])),
    "minimum_phase": lambda x: weigh(
        signal.minimum_phase(np.array([1.0, 3.0, 5.0, 3.0, 1.0]) * np.concatenate((x[:3], x[1::-1])))
    ),
    "cspline1d of one value": lambda x: weigh(signal.cspline1d(x[:1])),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name):
    function = PROGRAMS[name]
    value, _gradient = srcad.value_and_grad(function)(X)
    assert value == function(X)
    srcad.check_grads(function, (X,), rtol=1e-5)


@pytest.mark.parametrize("name", ["zpk2tf", "cont2discrete", "lsim", "stft", "cspline1d", "bilinear"])
def test_second_derivatives(name):
    srcad.check_grads(along(PROGRAMS[name], (X,)), (X,), rtol=1e-4)


REFUSED = {
    "the window of segments": lambda x: weigh(signal.stft(LINES, window=x, nperseg=6)[2]),
    "how often a signal was sampled": lambda x: weigh(signal.spectrogram(LINES, fs=x[0], nperseg=8)[2]),
    "the filter of other rates": lambda x: weigh(signal.resample_poly(LINES, 2, 1, window=x[:3])),
    "the form of a window": lambda x: weigh(signal.resample_poly(LINES, 2, 1, window=("kaiser", x[0]))),
    "poles that are one": lambda x: weigh(*signal.residue(x[:1], [1.0, -2.0 * x[0], x[0] ** 2])),
    "a window by its length": lambda x: weigh(signal.get_window(("dpss", x[0]), 9)),
    "what an elliptic filter may have": lambda x: weigh(*signal.ellip(3, x[0], 40.0, 0.3)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    with pytest.raises(DifferentiationError):
        srcad.grad(REFUSED[name])(X)


def test_errors_are_those_of_scipy():
    for function, words in (
        (lambda x: weigh(*signal.butter(2, x[5])), "must be 0 < Wn < 1"),
        (lambda x: weigh(*signal.normalize(x, np.zeros(2))), "at least on nonzero element"),
        (lambda x: weigh(*signal.tf2ss(x, A)), "Improper transfer function"),
        (lambda x: weigh(signal.firwin(8, 0.3 * x[0], pass_zero=False)), "even number of coefficients"),
        (lambda x: weigh(signal.firwin(8, 2.0 * x[0])), "Invalid cutoff frequency"),
        (lambda x: weigh(signal.zpk2sos([x[0] + 1j], [0.3, 0.2], 1.0)), "no matching"),
        (lambda x: weigh(*signal.iirfilter(2, 0.3 * x[0], btype="low", ftype="none")), "not a valid basic IIR filter"),
    ):
        with pytest.raises(ValueError, match=words):
            function(X)
        with pytest.raises(ValueError, match=words):
            srcad.grad(function)(X)


def result_or_error(function, *args, **options):
    """What a function returns, or the class of what it raises."""
    try:
        return function(*args, **options)
    except (ValueError, IndexError) as error:
        return type(error)


def test_zeros_and_poles_are_paired_as_scipy_pairs_them():
    rng = np.random.default_rng(0)

    def roots(pairs, singles):
        complex_ones = rng.normal(size=pairs) + 1j * rng.uniform(0.1, 1.0, pairs)
        return rng.permutation(np.concatenate((complex_ones, complex_ones.conj(), rng.normal(size=singles))))

    for _ in range(200):
        z, p = roots(*rng.integers(0, 4, 2)), roots(*rng.integers(0, 4, 2))
        for pairing, analog in ((None, False), ("keep_odd", False), ("minimal", False), (None, True)):
            have = result_or_error(sections.in_sections, z, p, 0.7, pairing, analog)
            assert np.array_equal(have, result_or_error(signal.zpk2sos, z, p, 0.7, pairing, analog=analog))


def test_elements_that_scipy_changes_through_an_object():
    xpx = pytest.importorskip("scipy._lib._array_api", reason="SciPy has no such module").xpx

    def changed(x):
        y = np.zeros(4)
        y = xpx.at(y)[1].set(x[0])
        y = xpx.at(y, slice(2, None)).add(x[1:3] ** 2)
        z = xpx.at(y)[y > 0.7].multiply(x[2], copy=True)
        xpx.at(z, 0).set(x[1])
        for k in range(3):
            z = xpx.at(z, k).divide(2.0 + x[3])
        z = xpx.at(z)[[1, 3]].max(0.3 * x[1])
        return np.sum(y**2 * z)

    assert srcad.value_and_grad(changed)(X)[0] == changed(X)
    srcad.check_grads(changed, (X,))


def test_filters_of_which_all_is_known_are_left_to_scipy():
    def energy(x):
        b, a = signal.butter(3, 0.3)
        return np.sum(signal.lfilter(b, a, x) ** 2) + np.sum(signal.firwin(5, 0.3) * signal.get_window("hann", 5))

    source = srcad.grad(energy).source_for(X)
    assert "signal.butter(3, 0.3)" in source
    assert "firwin" not in source or "signal.firwin(5, 0.3)" in source
