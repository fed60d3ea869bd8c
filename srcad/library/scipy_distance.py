"""`scipy.spatial.distance` with a metric that the user wrote: the loops over all pairs of points.

Guarantee: the metric is called as SciPy calls it, with the same points in the same order.
"""

import numpy as np
from scipy.spatial import distance

from srcad.facts import Callee, Known
from srcad.library.kinds import a_matrix
from srcad.library.register import implements


def of_the_user(fact):
    """A function that is none of SciPy's metrics."""
    if isinstance(fact, Callee):
        return True
    function = fact.value if isinstance(fact, Known) else None
    return callable(function) and not str(getattr(function, "__module__", "")).startswith("scipy.")


@implements(distance.cdist)
def _(XA: a_matrix, XB: a_matrix, metric: of_the_user):  # noqa: N803 (SciPy's own names)
    distances = np.empty((len(XA), len(XB)))
    for i in range(len(XA)):
        for j in range(len(XB)):
            distances[i, j] = metric(XA[i], XB[j])
    return distances


@implements(distance.pdist)
def _(X: a_matrix, metric: of_the_user):  # noqa: N803
    distances = np.empty(len(X) * (len(X) - 1) // 2)
    k = 0
    for i in range(len(X) - 1):
        for j in range(i + 1, len(X)):
            distances[k] = metric(X[i], X[j])
            k += 1
    return distances
