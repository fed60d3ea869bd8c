"""docs/scipy-coverage.md, written from the registry."""

from __future__ import annotations

from pathlib import Path

import scipy

from .scipy_names import PACKAGES, ScipyName, scipy_names, share

PAGE = Path(__file__).parent.parent.parent / "docs" / "scipy-coverage.md"

VERSION = scipy.__version__.rpartition(".")[0]

HEAD = f"""# What of SciPy is differentiated

The public names of five packages of SciPy {VERSION}: whether each is differentiated, is declared to carry no
derivative, or why it has none. A call form that a rule does not handle is refused with an error, never ignored. The
page is written by `python -m tests.coverage` from the registry, and checked by the tests.

srcad works without SciPy, and does not import it: the rules register themselves once a program has imported the
package.
"""

HOW = {
    "rule": "differentiated",
    "program": "differentiated, as a program",
    "source": "differentiated, through its source",
    "constant": "carries no derivative",
    "not yet": "not yet: refused",
    "missing": "missing",
}


OTHERS = {
    "scipy.integrate": "`trapezoid`, `simpson`, `cumulative_trapezoid`, `quad`, `odeint`, `solve_ivp` at "
    "given times (with parameters in `args`)",
    "scipy.interpolate": "the values, derivatives and integrals of splines (`CubicSpline`, `PchipInterpolator`, "
    "`Akima1DInterpolator`, `PPoly`, `BSpline`, `make_interp_spline`, `UnivariateSpline`, `splev`, `splint`) in the "
    "places; of `CubicSpline`, `CubicHermiteSpline` and `PPoly` in values, coefficients and breakpoints, too",
    "scipy.stats": "densities, distribution functions and quantiles of `norm`, `logistic`, `cauchy`, `gumbel_r`, "
    "`gumbel_l`, `laplace`, `expon`, `uniform`, `halfnorm`, `halfcauchy`, `rayleigh`, `maxwell` and `hypsecant`, in "
    "the argument, location and scale; of `gamma`, `invgamma`, `chi2`, `t`, `lognorm`, `weibull_min`, `pareto`, `beta` "
    "too, and their densities in the shapes; probabilities of `poisson`, `binom`, `bernoulli`, `geom` and `nbinom` in "
    "the mean or the probability; `multivariate_normal.logpdf`",
    "scipy.spatial.distance": "distances of two vectors, through their source",
    "scipy.sparse": "the product of a constant matrix with an array",
}
ROWS = "".join(f"| `{package}` | {what} |\n" for package, what in OTHERS.items())
TAIL = f"""## Other packages

| package | differentiated |
| --- | --- |
{ROWS}"""


def text() -> str:
    """The page."""
    sections = [(package, list(scipy_names(package))) for package in PACKAGES]
    rows = [f"| `scipy.{package}` | {len(names)} | {share(names):.0%} |" for package, names in sections]
    summary = ["| package | names | differentiated, of what is smooth |", "| --- | --- | --- |", *rows, ""]
    return "\n".join([HEAD, *summary, *(table(package, names) for package, names in sections), TAIL])


def table(package: str, names: list[ScipyName]) -> str:
    """The names of one package."""
    return "\n".join([f"## scipy.{package}", "", "| name | state |", "| --- | --- |", *map(row, names), ""])


def row(name: ScipyName) -> str:
    """One name: what is registered, and which arguments must keep their defaults."""
    refused = [f"`{parameter}=`" for parameter in name.refuses]
    how = HOW.get(name.state, name.state)
    return f"| `{name.name}` | {how}{' (refuses ' + ', '.join(refused) + ')' if refused else ''} |"
