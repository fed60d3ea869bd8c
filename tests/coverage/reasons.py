"""Why some names have neither a rule nor a declaration.  These lists may only become shorter."""

from __future__ import annotations


def _named(section: str, names: str) -> list[str]:
    return [f"{section}.{name}" for name in names.split()]


def _methods(method: str, ufuncs: str) -> list[str]:
    return [f"numpy.{ufunc}.{method}" for ufunc in ufuncs.split()]


CLASSES = _named(
    "numpy",
    """broadcast busdaycalendar flatiter matrix memmap ndarray nditer poly1d recarray record ufunc
    generic number integer signedinteger unsignedinteger inexact floating complexfloating flexible character""",
) + [
    "numpy.linalg.LinAlgError",
    *(
        f"numpy.polynomial.{module}.ABCPolyBase"
        for module in ("polynomial", "chebyshev", "legendre", "hermite", "hermite_e", "laguerre")
    ),
]

SERIES = [
    f"numpy.polynomial.{module}.{name}"
    for module, name in (
        ("polynomial", "Polynomial"),
        ("chebyshev", "Chebyshev"),
        ("legendre", "Legendre"),
        ("hermite", "Hermite"),
        ("hermite_e", "HermiteE"),
        ("laguerre", "Laguerre"),
    )
]

REASONS: dict[str, str] = {
    **dict.fromkeys(SERIES, "a class: values, arithmetic, `deriv`, `integ` and `roots` are differentiated"),
    **dict.fromkeys(CLASSES, "a class: refused where it is given a value that carries a derivative"),
    "numpy.row_stack": "deprecated by NumPy: use vstack",
    **dict.fromkeys(_named("numpy", "test linalg.test fft.test"), "runs the tests of NumPy"),
    **dict.fromkeys(
        [
            *_methods("reduce", "arctan2 copysign float_power fmod heaviside ldexp nextafter power remainder"),
            *_methods("accumulate", "heaviside ldexp nextafter"),
            *_methods("outer", "ldexp nextafter"),
            *_methods("reduceat", "arctan2 copysign divide float_power fmax fmin fmod heaviside hypot ldexp logaddexp"),
            *_methods("reduceat", "logaddexp2 maximum minimum multiply nextafter power remainder subtract"),
        ],
        "a fold that nobody takes, or whose result depends on the order in which NumPy goes: refused",
    ),
    **dict.fromkeys(
        _named("numpy", "frombuffer from_dlpack fromstring object_ asmatrix bmat frompyfunc nested_iters"),
        "hands its argument on as memory, text or an object of another class: refused",
    ),
    **dict.fromkeys(
        _named("numpy.ndarray", "base byteswap ctypes data dump dumps getfield to_device tobytes tofile"),
        "hands out the memory of an array as such: refused",
    ),
}
