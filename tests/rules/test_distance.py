"""Distances: metrics of two vectors, of all pairs of points, and of the user's own; and where they are zero."""

from __future__ import annotations

import numpy as np
import pytest
from rules.in_programs import along, check_gradient, check_tangent

import srcad
from srcad.errors import DifferentiationError, UnsupportedError

distance = pytest.importorskip("scipy.spatial.distance", reason="SciPy is not installed")

rng = np.random.default_rng(3)
U, V = rng.uniform(0.2, 2.0, 4), rng.uniform(0.2, 2.0, 4)
W = rng.uniform(0.5, 1.5, 4)
POINTS, OTHERS = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))

OF_VECTORS = {
    "euclidean": distance.euclidean,
    "sqeuclidean": distance.sqeuclidean,
    "cosine": distance.cosine,
    "correlation": distance.correlation,
    "cityblock": distance.cityblock,
    "chebyshev": distance.chebyshev,
    "canberra": distance.canberra,
    "braycurtis": distance.braycurtis,
    "jensenshannon": distance.jensenshannon,
    "minkowski": lambda u, v: distance.minkowski(u, v, 3),
    "minkowski of weights": lambda u, v: distance.minkowski(u, v, 1.5, W),
    "euclidean of weights": lambda u, v: distance.euclidean(u, v, W),
    "cosine of weights": lambda u, v: distance.cosine(u, v, W),
    "seuclidean": lambda u, v: distance.seuclidean(u, v, W),
    "mahalanobis": lambda u, v: distance.mahalanobis(u, v, np.diag(W)),
    "mahalanobis in all": lambda u, v: distance.mahalanobis(u, v, np.diag(u * v)),
    "seuclidean in all": lambda u, v: distance.seuclidean(u, v, u * v),
}


@pytest.mark.parametrize("name", OF_VECTORS)
def test_metrics_of_two_vectors(name):
    f = OF_VECTORS[name]
    check_gradient(f, (U, V))
    check_tangent(f, (U, V))
    check_gradient(along(f, (U, V)), (U, V), tolerance=1e-5)


@pytest.mark.parametrize("name", ["euclidean", "sqeuclidean", "cityblock", "chebyshev", "minkowski"])
def test_a_metric_has_derivative_zero_where_it_is_zero(name):
    d_u, d_v = srcad.grad(OF_VECTORS[name], argnums=(0, 1))(U, U.copy())
    np.testing.assert_array_equal((d_u, d_v), np.zeros((2, 4)))


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "cityblock", "chebyshev", "minkowski", "canberra"])
def test_points_at_distance_zero_do_not_push_each_other(metric):
    twice = np.stack((POINTS[0], POINTS[0]))

    def within(x):
        return np.sum(distance.pdist(x, metric))

    def between(x):
        return np.sum(distance.cdist(x, x, metric))

    np.testing.assert_array_equal(srcad.grad(within)(twice), np.zeros((2, 3)))
    np.testing.assert_array_equal(srcad.grad(between)(twice), np.zeros((2, 3)))


def kernel(x, y, width):
    return np.sum(np.exp(-distance.cdist(x, y, "sqeuclidean") / (2.0 * width**2)))


def stress(x, y):
    return np.sum((distance.squareform(distance.pdist(x)) - distance.cdist(y, x)[:1]) ** 2)


def layers(x, y):
    total = 0.0
    for metric in ("euclidean", "cosine"):
        d = distance.cdist(x, y, metric)
        if np.sum(d) > 0.0:
            total = total + np.sum(d**2)
        x = np.tanh(x)
    return total + np.sum(distance.squareform(distance.squareform(distance.pdist(x)), checks=False) ** 3)


def with_a_metric_of_ones_own(x, y):
    def metric(u, v, power=2.5):
        return np.sum(np.abs(u - v) ** power)

    return np.sum(distance.cdist(x, y, metric) ** 2) + np.sum(distance.pdist(y, metric))


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (kernel, (POINTS, OTHERS, 0.7)),
        (stress, (POINTS, OTHERS)),
        (layers, (POINTS, OTHERS)),
        (with_a_metric_of_ones_own, (POINTS, OTHERS)),
    ],
)
def test_programs(f, args):
    check_gradient(f, args)
    check_tangent(f, args)
    check_gradient(along(f, args), args, tolerance=1e-5)


@pytest.mark.parametrize(
    ("f", "reason"),
    [
        (lambda x: np.sum(distance.cdist(x, x, "hamming")), "the metric 'hamming' has no rule"),
        (lambda x: np.sum(distance.cdist(x, x, "cosine", w=W[:3])), "the metric 'cosine' with weights has no rule"),
        (lambda x: np.sum(distance.pdist(x, "seuclidean")), "'seuclidean' with variances of the points themselves"),
        (lambda x: np.sum(distance.pdist(x, "mahalanobis")), "'mahalanobis' with variances of the points themselves"),
        (lambda x: np.sum(distance.cdist(OTHERS, OTHERS, "minkowski", w=x[0])), "argument w"),
        (lambda x: np.sum(distance.cdist(OTHERS, OTHERS, "seuclidean", V=x[0])), "argument V"),
    ],
)
def test_refusals(f, reason):
    with pytest.raises(DifferentiationError, match=reason):
        srcad.grad(f)(POINTS)


def test_a_refusal_of_a_metric_names_the_others():
    with pytest.raises(UnsupportedError) as caught:
        srcad.grad(lambda x: np.sum(distance.pdist(x, "jaccard")))(POINTS)
    assert "euclidean" in caught.value.remedy
