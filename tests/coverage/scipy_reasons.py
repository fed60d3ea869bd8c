"""Why some names of SciPy have neither a rule nor a declaration.  These lists may only become shorter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def _named(package: str, names: str) -> list[str]:
    return [f"{package}.{name}" for name in names.split()]


X = np.linspace(0.5, 2.0, 6)
LINE = np.array([0.3, -0.5])
MATRIX = np.array([[-1.0, 0.3], [0.2, -0.7]])


def by_source() -> dict[str, Callable[[np.ndarray], float]]:
    """Functions of Python that need no rule: programs that call them, to be differentiated at `X`."""
    from scipy import fft, linalg, signal, special

    return {
        "linalg.fiedler_companion": lambda x: np.sum(linalg.fiedler_companion(x) ** 2),
        "signal.abcd_normalize": lambda x: np.sum(signal.abcd_normalize(MATRIX * x[0], None, MATRIX, MATRIX[:, :1])[0]),
        "signal.bilinear_zpk": lambda x: np.sum(np.abs(signal.bilinear_zpk(LINE * x[0], LINE, x[1], 1.5)[0])),
        "signal.cheb1ap": lambda x: np.sum(np.abs(signal.cheb1ap(3, x[0])[1])),
        "signal.cheb2ap": lambda x: np.sum(np.abs(signal.cheb2ap(3, 9.0 * x[0])[1])),
        "signal.chirp": lambda x: np.sum(signal.chirp(x, 1.0, 2.0, 3.0)),
        "signal.envelope": lambda x: np.sum(signal.envelope(x)),
        "signal.firls": lambda x: np.sum(signal.firls(7, [0, 0.2, 0.4, 1.0], [x[0], x[1], 0.0, 0.0])),
        "fft.fhtoffset": lambda x: fft.fhtoffset(0.13 * x[0], x[1], x[2], 0.1 * x[3]),
        "signal.firwin_2d": lambda x: np.sum(signal.firwin_2d((3, 3), "hamming", fc=0.3 * x[0], circular=True)),
        "signal.iircomb": lambda x: np.sum(signal.iircomb(0.25, 20.0 * x[0])[0] ** 2),
        "signal.minimum_phase": lambda x: np.sum(signal.minimum_phase(np.concatenate((x[:3], x[1::-1]))) ** 3),
        "signal.firwin2": lambda x: np.sum(signal.firwin2(7, [0, 0.5, 1.0], [x[0], x[1], 0.0])),
        "signal.freqs_zpk": lambda x: np.sum(np.abs(signal.freqs_zpk(LINE * x[0], LINE, 1.0, [0.1, 1.0])[1])),
        "signal.freqz_zpk": lambda x: np.sum(np.abs(signal.freqz_zpk(LINE * x[0], LINE, 1.0, [0.1, 1.0])[1])),
        "signal.gausspulse": lambda x: np.sum(signal.gausspulse(x, 0.2)),
        "signal.iirnotch": lambda x: np.sum(signal.iirnotch(0.3 * x[0], x[1])[0]),
        "signal.iirpeak": lambda x: np.sum(signal.iirpeak(0.3 * x[0], x[1])[0]),
        "signal.invres": lambda x: np.sum(signal.invres(x[:2], [0.3, 0.5], [])[0]),
        "signal.invresz": lambda x: np.sum(signal.invresz(x[:2], [0.3, 0.5], [])[0]),
        "signal.istft": lambda x: np.sum(signal.istft(np.outer(x[:3], x), nperseg=4)[1] ** 2),
        "signal.kaiser_atten": lambda x: signal.kaiser_atten(30, 0.1 * x[0]),
        "signal.kaiser_beta": lambda x: signal.kaiser_beta(20.0 * x[2]),
        "signal.lfiltic": lambda x: np.sum(signal.lfiltic(x[:3], LINE + 1.0, [1.0, 2.0], [0.5, 0.3])),
        "signal.lombscargle": lambda x: np.sum(signal.lombscargle(X, x, [1.0, 2.0])),
        "signal.lp2bp_zpk": lambda x: np.sum(np.abs(signal.lp2bp_zpk(LINE, LINE * x[1], 1.0, x[0], x[2])[1])),
        "signal.lp2hp_zpk": lambda x: np.sum(signal.lp2hp_zpk(LINE, LINE * x[1], 1.0, x[0])[1]),
        "signal.lp2lp_zpk": lambda x: np.sum(signal.lp2lp_zpk(LINE, LINE * x[1], 1.0, x[0])[1]),
        "signal.sweep_poly": lambda x: np.sum(signal.sweep_poly(x, np.array([1.0, 2.0, 3.0]))),
        "signal.wiener": lambda x: np.sum(signal.wiener(np.sin(9 * x), 3) ** 2),
        "special.assoc_laguerre": lambda x: np.sum(special.assoc_laguerre(x, 2, 1.0)),
        "special.comb": lambda x: np.sum(special.comb(x + 2.0, 2)),
        "special.diric": lambda x: np.sum(special.diric(x, 3)),
        "special.h1vp": lambda x: np.sum(np.abs(special.h1vp(1, x)) ** 2),
        "special.h2vp": lambda x: np.sum(np.abs(special.h2vp(1, x)) ** 2),
        "special.ivp": lambda x: np.sum(special.ivp(1, x)),
        "special.jvp": lambda x: np.sum(special.jvp(1, x)),
        "special.kvp": lambda x: np.sum(special.kvp(1, x)),
        "special.perm": lambda x: np.sum(special.perm(x + 2.0, 2)),
        "special.yvp": lambda x: np.sum(special.yvp(1, x)),
    }


BY_SOURCE = frozenset(
    _named(
        "signal",
        """abcd_normalize bilinear_zpk cheb1ap cheb2ap chirp envelope firls firwin2 firwin_2d freqs_zpk freqz_zpk
        gausspulse iircomb iirnotch iirpeak invres invresz istft kaiser_atten kaiser_beta lfiltic lombscargle lp2bp_zpk
        lp2hp_zpk lp2lp_zpk minimum_phase sweep_poly wiener""",
    )
    + _named("fft", "fhtoffset")
    + _named("linalg", "fiedler_companion")
    + _named("special", "assoc_laguerre comb diric h1vp h2vp ivp jvp kvp perm yvp")
)

SEARCHES = _named(
    "signal",
    """band_stop_obj buttord cheb1ord cheb2ord closest_STFT_dual_window ellipord findfreqs kaiserord place_poles remez
    unique_roots""",
)
PROTOTYPES = _named("signal", "besselap buttap czt_points")
SELECTIONS = _named(
    "ndimage",
    """black_tophat extrema grey_closing grey_dilation grey_erosion grey_opening maximum maximum_filter
    maximum_filter1d median median_filter minimum minimum_filter minimum_filter1d morphological_gradient
    morphological_laplace percentile_filter rank_filter white_tophat distance_transform_bf
    distance_transform_edt""",
) + _named("signal", "find_peaks find_peaks_cwt medfilt medfilt2d order_filter peak_prominences peak_widths square")
CALLABLES = _named(
    "ndimage",
    """generic_filter generic_filter1d generic_gradient_magnitude generic_laplace geometric_transform
    labeled_comprehension vectorized_filter""",
) + _named("linalg", "funm")
TABLES = _named(
    "special",
    """ai_zeros bei_zeros beip_zeros ber_zeros bernoulli berp_zeros bi_zeros erf_zeros euler fresnel_zeros
    fresnelc_zeros fresnels_zeros jn_zeros jnjnp_zeros jnp_zeros jnyn_zeros kei_zeros keip_zeros kelvin_zeros
    ker_zeros kerp_zeros mathieu_even_coef mathieu_odd_coef obl_cv_seq pro_cv_seq roots_chebyc roots_chebys
    roots_chebyt roots_chebyu roots_gegenbauer roots_genlaguerre roots_hermite roots_hermitenorm roots_jacobi
    roots_laguerre roots_legendre roots_sh_chebyt roots_sh_chebyu roots_sh_jacobi roots_sh_legendre stirling2
    y0_zeros y1_zeros y1p_zeros yn_zeros ynp_zeros c_roots cg_roots h_roots he_roots j_roots js_roots l_roots
    la_roots p_roots ps_roots s_roots t_roots ts_roots u_roots us_roots factorial factorial2 factorialk""",
)
POLYNOMIALS = _named(
    "special",
    """chebyc chebys chebyt chebyu gegenbauer genlaguerre hermite hermitenorm jacobi laguerre legendre sh_chebyt
    sh_chebyu sh_jacobi sh_legendre""",
)
PARAMETERS = _named(
    "special",
    """bdtrik bdtrin btdtria btdtrib chdtriv chndtridf chndtrinc fdtridfd gdtrib nbdtrik nbdtrin ncfdtridfd
    ncfdtridfn ncfdtrinc nctdtridf nctdtrinc pdtrik stdtridf mathieu_a mathieu_b obl_cv pro_cv""",
)
NOT_UNIQUE = _named(
    "linalg",
    """cdf2rdf clarkson_woodruff_transform cossin ldl matrix_balance null_space ordqz orth qr_delete qr_insert
    qr_update qz rsf2csf""",
)
CLASSES = [
    *_named("special", "SpecialFunctionError SpecialFunctionWarning errstate"),
    *_named("linalg", "LinAlgError LinAlgWarning"),
    *_named("signal", "BadCoefficients CZT ShortTimeFFT StateSpace TransferFunction ZerosPolesGain ZoomFFT dlti lti"),
]

REASONS: dict[str, str] = {
    **dict.fromkeys(CLASSES, "a class: refused where it is given a value that carries a derivative"),
    **dict.fromkeys(SEARCHES, "finds an order, a grid or a filter by search: refused"),
    **dict.fromkeys(PROTOTYPES, "a table of numbers: parameters that carry a derivative are refused"),
    **dict.fromkeys(SELECTIONS, "selects elements, and is not smooth: refused"),
    **dict.fromkeys(CALLABLES, "calls a function for parts of an array: refused, write the loop"),
    **dict.fromkeys(TABLES, "a table of numbers: parameters that carry a derivative are refused"),
    **dict.fromkeys(POLYNOMIALS, "a polynomial as an object: use eval_*"),
    **dict.fromkeys(PARAMETERS, "finds a parameter by search: refused"),
    **dict.fromkeys(NOT_UNIQUE, "is not unique, so that it has no derivative, or random: refused"),
    **dict.fromkeys(_named("special", "geterr seterr"), "settings"),
    **dict.fromkeys(_named("linalg", "find_best_blas_type get_blas_funcs get_lapack_funcs"), "functions of libraries"),
    **{f"{package}.test": "runs the tests of SciPy" for package in ("special", "linalg", "signal", "ndimage", "fft")},
}
NOT_YET: frozenset[str] = frozenset(
    _named(
        "special",
        """ellip_harm ellip_harm_2 ellip_normal elliprj ncfdtr ncfdtri nctdtr nctdtrit obl_ang1_cv obl_rad1_cv obl_rad2
        obl_rad2_cv pbdn_seq pro_ang1_cv pro_rad1_cv pro_rad2 pro_rad2_cv smirnov smirnovi zetac""",
    )
    + _named(
        "linalg",
        "cholesky_banded expm_cond hessenberg qr_multiply schur subspace_angles",
    )
    + _named(
        "signal",
        "cspline2d ellipap gammatone iirdesign qspline2d sepfir2d spline_filter symiirorder1 symiirorder2",
    )
    + _named("ndimage", "center_of_mass")
    + _named("fft", "fht ifht")
)
