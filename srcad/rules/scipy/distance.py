"""`scipy.spatial.distance`: the distances of all pairs of points.

Each metric is its pair of derivatives, of all distances at once.  Where these are products of matrices, no differences
of all pairs are made.  At distance zero, where a norm has a kink, the derivative is zero; of several greatest
differences each has its share.  The metrics of two vectors need no rules: SciPy's own Python is differentiated.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import distance

from srcad.errors import UnsupportedError
from srcad.facts import UNKNOWN, Array, some_dim
from srcad.rules.axes import as_array
from srcad.rules.primitives import sample
from srcad.rules.register import adjoint, constant, facts
from srcad.rules.samples import array

WEIGHTED = ("minkowski", "euclidean", "sqeuclidean", "cityblock", "canberra", "braycurtis")


def name_of(metric):
    """The name of a metric, which may be given as SciPy's function of two vectors."""
    if isinstance(metric, str):
        return metric
    name = getattr(metric, "__name__", "")
    return name if getattr(distance, name, None) is metric else None


constant(name_of, folds=True)


def refuse_metric(metric):
    """Raises UnsupportedError for a metric that has no derivative here."""
    raise UnsupportedError(f"the metric {metric!r} has no rule", f"use one of {', '.join(METRICS)}")


def refuse_weights(name):
    """Raises UnsupportedError for a metric that has no derivative here if it is given weights."""
    if name not in WEIGHTED:
        raise UnsupportedError(f"the metric {name!r} with weights has no rule", "scale the points themselves")


def refuse_variances(name):
    """Raises UnsupportedError for a metric with the variances, or covariances, of all points."""
    raise UnsupportedError(f"the metric {name!r} with variances of the points themselves has no rule", "pass V= or VI=")


constant(refuse_metric, refuse_weights, refuse_variances, pure=False)


def between(points, others):
    """The differences of all pairs."""
    return np.expand_dims(points, 1) - np.expand_dims(others, 0)


def of_pairs(d):
    """The cotangents of both sets of points from that of the differences of all pairs."""
    return np.sum(d, axis=1), -np.sum(d, axis=0)


def of_squares(d, x, y):
    """The cotangents of both sets of points from that of half the squared Euclidean distances."""
    return x * np.sum(d, axis=1, keepdims=True) - d @ y, y * np.sum(d.T, axis=1, keepdims=True) - d.T @ x


def over(d, size):
    """A quotient, zero where the divisor is."""
    return d * (size != 0) / (size + (size == 0))


def of_lengths(d, out, x, y, w):
    """The cotangents of points from that of Euclidean distances, `d` over distances is that of half their squares."""
    if w is None:
        return of_squares(d, x, y)
    d_x, d_y = of_squares(d, x, y)
    return d_x * w, d_y * w


def of_powers(d, out, x, y, p, w):
    """The cotangents of points from that of Minkowski distances."""
    apart = between(x, y)
    size, whole = np.abs(apart), np.expand_dims(out, -1)
    slopes = ((size + (size == 0)) / (whole + (whole == 0))) ** (p - 1.0) * np.sign(apart)
    return of_pairs(np.expand_dims(d, -1) * (slopes if w is None else slopes * w))


def of_greatest(d, out, x, y):
    """The cotangents of points from that of Chebyshev distances."""
    apart = between(x, y)
    greatest = np.abs(apart) == np.expand_dims(out, -1)
    shares = over(np.expand_dims(d, -1), np.sum(greatest, axis=-1, keepdims=True)) * greatest
    return of_pairs(shares * np.sign(apart))


def of_angles(d, x, y):
    """The cotangents of vectors from that of one less the cosines between them."""
    x_length, y_length = np.linalg.norm(x, axis=1, keepdims=True), np.linalg.norm(y, axis=1, keepdims=True)
    x_unit, y_unit = x / x_length, y / y_length
    shared = d * (x_unit @ y_unit.T)
    d_x = x_unit * np.sum(shared, axis=1, keepdims=True) - d @ y_unit
    d_y = y_unit * np.sum(shared.T, axis=1, keepdims=True) - d.T @ x_unit
    return d_x / x_length, d_y / y_length


def centred(x):
    """Vectors less their means."""
    return x - np.mean(x, axis=1, keepdims=True)


def of_quotients(d, x, y, w):
    """The cotangents of points from that of Canberra distances."""
    apart, sizes = between(x, y), np.expand_dims(np.abs(x), 1) + np.expand_dims(np.abs(y), 0)
    d_each = np.expand_dims(d, -1) if w is None else np.expand_dims(d, -1) * w
    along, across = over(d_each * np.sign(apart), sizes), over(over(d_each * np.abs(apart), sizes), sizes)
    d_x = np.sum(along, axis=1) - np.sum(across, axis=1) * np.sign(x)
    return d_x, -np.sum(along, axis=0) - np.sum(across, axis=0) * np.sign(y)


def of_shares(d, out, x, y, w):
    """The cotangents of points from that of Bray-Curtis distances."""
    apart, together = between(x, y), between(x, -y)
    weights = 1.0 if w is None else w
    d_each = np.expand_dims(over(d, np.sum(weights * np.abs(together), axis=-1)), -1) * weights
    along, across = d_each * np.sign(apart), d_each * np.expand_dims(out, -1) * np.sign(together)
    return np.sum(along - across, axis=1), -np.sum(along + across, axis=0)


def of_divergences(d, out, x, y):
    """The cotangents of points, taken for probabilities, from that of Jensen-Shannon distances."""
    x_sum, y_sum = np.sum(x, axis=1, keepdims=True), np.sum(y, axis=1, keepdims=True)
    p, q = np.expand_dims(x / x_sum, 1), np.expand_dims(y / y_sum, 0)
    middle = 0.5 * (p + q)
    d_square = np.expand_dims(over(0.25 * d, out), -1)
    d_p = np.sum(d_square * logarithm(p, middle), axis=1)
    d_q = np.sum(d_square * logarithm(q, middle), axis=0)
    return of_probabilities(d_p, p[:, 0], x_sum), of_probabilities(d_q, q[0], y_sum)


def logarithm(p, middle):
    """log(p / middle), zero where p is."""
    return np.log(np.where(p == 0, 1.0, p) / np.where(p == 0, 1.0, middle))


def of_probabilities(d, p, total):
    """The cotangent of what is divided by its sum."""
    return (d - np.sum(d * p, axis=1, keepdims=True)) / total


def through_distances(d, out, x, y, metric, p, w, V, VI):  # noqa: N803
    """The cotangents of both sets of points from that of the distances of all pairs of them."""
    name = name_of(metric)
    if w is not None:
        refuse_weights(name)
    if name == "seuclidean" and V is None or name == "mahalanobis" and VI is None:
        refuse_variances(name)
    if name == "sqeuclidean":
        return of_lengths(2.0 * d, out, x, y, w)
    if name == "euclidean" or name == "minkowski" and p == 2:
        return of_lengths(over(d, out), out, x, y, w)
    if name == "seuclidean":
        d_x, d_y = of_squares(over(d, out), x, y)
        return d_x / V, d_y / V
    if name == "mahalanobis":
        d_x, d_y = of_squares(over(d, out), x, y)
        both = 0.5 * (VI + VI.T)
        return d_x @ both, d_y @ both
    if name == "cityblock" or name == "minkowski" and p == 1:
        return of_powers(d, out, x, y, 1.0, w)
    if name == "chebyshev" or name == "minkowski" and p == np.inf and w is None:
        return of_greatest(d, out, x, y)
    if name == "minkowski":
        return of_powers(d, out, x, y, p, w)
    if name == "cosine":
        return of_angles(d, x, y)
    if name == "correlation":
        d_x, d_y = of_angles(d, centred(x), centred(y))
        return centred(d_x), centred(d_y)
    if name == "canberra":
        return of_quotients(d, x, y, w)
    if name == "braycurtis":
        return of_shares(d, out, x, y, w)
    if name != "jensenshannon":
        refuse_metric(metric)
    return of_divergences(d, out, x, y)


METRICS = (
    *("euclidean", "sqeuclidean", "seuclidean", "mahalanobis", "minkowski", "cityblock", "chebyshev"),
    *("cosine", "correlation", "canberra", "braycurtis", "jensenshannon"),
)
POSITIVE = array(3, 4, low=0.2, high=2.0)
WEIGHTS = np.array([0.5, 1.5, 1.0, 2.0])
OPTIONS = [
    *({"metric": name} for name in METRICS if name not in ("seuclidean", "mahalanobis")),
    *({"metric": name, "w": WEIGHTS} for name in WEIGHTED),
    {"metric": "minkowski", "p": 3.0},
    {"metric": "minkowski", "p": 1.5, "w": WEIGHTS},
    {"metric": "minkowski", "p": np.inf},
    {"metric": "minkowski", "p": 1},
    {"metric": "seuclidean", "V": WEIGHTS},
    {"metric": "mahalanobis", "VI": np.diag(WEIGHTS) + 0.1 * array(4, 4)},
    {"metric": distance.cosine},
]
SIGNED = [one for one in OPTIONS if one["metric"] not in ("braycurtis", "jensenshannon")]


@adjoint(
    distance.cdist,
    "XA",
    "XB",
    samples=[
        *(sample(POSITIVE, array(2, 4, low=0.2, high=2.0, seed=1), **options) for options in OPTIONS),
        *(sample(array(3, 4), array(2, 4, seed=1), **options) for options in SIGNED),
        sample(array(3, 4), array(2, 4, seed=1)),
        sample(array(3, 4, dtype="float32"), array(2, 4, seed=1), "cosine"),
    ],
)
def _(d_out, out, XA, XB, metric="euclidean", *, p=2.0, w=None, V=None, VI=None):  # noqa: N803
    return through_distances(d_out, out, XA, XB, metric, p, w, V, VI)


@facts(distance.cdist, partly=True)
def _(XA, XB):  # noqa: N803
    x, y = as_array(XA), as_array(XB)
    return Array("float64", (x.shape[0], y.shape[0])) if x.ndim == y.ndim == 2 else UNKNOWN


# ----------------------------------------------------------------------------------- the pairs of one set of points


def upper(values, count):
    """The matrix with these elements above its diagonal, row by row."""
    square = np.zeros((count, count), values.dtype)
    square[np.triu_indices(count, 1)] = values
    return square


@adjoint(
    distance.pdist,
    "X",
    samples=[
        *(sample(POSITIVE, **options) for options in OPTIONS),
        *(sample(array(3, 4), **options) for options in SIGNED),
        sample(array(4, 2)),
    ],
)
def _(d_out, out, X, metric="euclidean", *, p=2.0, w=None, V=None, VI=None):  # noqa: N803
    count = np.shape(X)[0]
    d_first, d_second = through_distances(upper(d_out, count), upper(out, count), X, X, metric, p, w, V, VI)
    return d_first + d_second


@facts(distance.pdist, partly=True)
def _(X):  # noqa: N803
    return Array("float64", (some_dim(),))


@adjoint(
    distance.squareform,
    "X",
    samples=[sample(array(6)), sample(array(3), checks=False), sample(distance.squareform(array(6)), "no", False)],
)
def _(d_out, out, X, force="no", checks=True):  # noqa: N803
    if np.ndim(X) == 1:
        return (d_out + d_out.T)[np.triu_indices(np.shape(out)[0], 1)]
    return upper(d_out, np.shape(X)[0])


@facts(distance.squareform, partly=True)
def _(X):  # noqa: N803
    x = as_array(X)
    if x.ndim not in (1, 2):
        return UNKNOWN
    return Array(x.dtype if x.dtype == "float64" else None, (some_dim(),) * (3 - x.ndim))
