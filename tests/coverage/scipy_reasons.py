"""Why some names of SciPy have neither a rule nor a declaration.  These lists may only become shorter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def _named(package: str, names: str) -> list[str]:
    return [f"{package}.{name}" for name in names.split()]


X = np.linspace(0.5, 2.0, 6)


def by_source() -> dict[str, Callable[[np.ndarray], float]]:
    """Functions of Python that need no rule: programs that call them, to be differentiated at `X`."""
    from scipy import signal, special

    return {
        "signal.chirp": lambda x: np.sum(signal.chirp(x, 1.0, 2.0, 3.0)),
        "signal.gausspulse": lambda x: np.sum(signal.gausspulse(x, 0.2)),
        "signal.kaiser_beta": lambda x: signal.kaiser_beta(20.0 * x[2]),
        "signal.sawtooth": lambda x: np.sum(signal.sawtooth(x)),
        "signal.sweep_poly": lambda x: np.sum(signal.sweep_poly(x, np.array([1.0, 2.0, 3.0]))),
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
    _named("signal", "chirp gausspulse kaiser_beta sawtooth sweep_poly")
    + _named("special", "comb diric h1vp h2vp ivp jvp kvp perm yvp")
)

DESIGN = _named(
    "signal",
    """band_stop_obj bessel besselap buttap butter buttord cheb1ap cheb1ord cheb2ap cheb2ord cheby1 cheby2
    closest_STFT_dual_window czt_points ellip ellipap ellipord findfreqs firls firwin firwin2 firwin_2d
    gammatone get_window iircomb iirdesign iirfilter iirnotch iirpeak kaiser_atten kaiserord place_poles remez
    savgol_coeffs""",
)
SYSTEMS = _named(
    "signal",
    """abcd_normalize bilinear bilinear_zpk bode cont2discrete dbode dfreqresp dimpulse dlsim dstep freqresp impulse
    invres invresz lfiltic lp2bp lp2bp_zpk lp2bs lp2bs_zpk lp2hp lp2hp_zpk lp2lp lp2lp_zpk lsim normalize
    residue residuez sos2tf sos2zpk ss2tf ss2zpk step tf2sos tf2ss tf2zpk unique_roots zpk2sos zpk2ss zpk2tf""",
)
SELECTIONS = _named(
    "ndimage",
    """black_tophat extrema grey_closing grey_dilation grey_erosion grey_opening maximum maximum_filter
    maximum_filter1d median median_filter minimum minimum_filter minimum_filter1d morphological_gradient
    morphological_laplace percentile_filter rank_filter white_tophat distance_transform_bf
    distance_transform_edt""",
) + _named(
    "signal", "envelope find_peaks find_peaks_cwt medfilt medfilt2d order_filter peak_prominences peak_widths square"
)
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
    **dict.fromkeys(DESIGN, "designs a filter from its specification, by search: refused"),
    **dict.fromkeys(SYSTEMS, "rewrites a filter or a system in another form, whose order is a choice: refused"),
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
        """airye assoc_laguerre assoc_legendre_p assoc_legendre_p_all ellip_harm ellip_harm_2 ellip_normal elliprd
        elliprg elliprj itairy legendre_p legendre_p_all lmbda log_wright_bessel lqmn lqn modfresnelm
        modfresnelp ncfdtr ncfdtri nctdtr nctdtrit obl_ang1_cv obl_rad1_cv obl_rad2 obl_rad2_cv pbdn_seq
        pbdv_seq pbvv_seq pro_ang1_cv pro_rad1_cv pro_rad2 pro_rad2_cv riccati_jn riccati_yn smirnov smirnovi
        sph_harm_y sph_harm_y_all sph_legendre_p sph_legendre_p_all zetac""",
    )
    + _named(
        "linalg",
        """cholesky_banded expm_cond fiedler_companion hessenberg orthogonal_procrustes qr_multiply rq schur
        subspace_angles""",
    )
    + _named(
        "signal",
        """cspline1d cspline1d_eval cspline2d freqs_zpk freqz_zpk group_delay hilbert2 istft lombscargle
        minimum_phase qspline1d qspline1d_eval qspline2d sepfir2d spectrogram spline_filter stft symiirorder1
        symiirorder2 wiener""",
    )
    + _named("ndimage", "center_of_mass")
    + _named("fft", "fht ifht")
)
