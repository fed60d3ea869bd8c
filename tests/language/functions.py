"""Functions: nested, handed on, decorated, partial, and derivatives of derivatives."""

import functools
import logging
import operator

import numpy as np

import srcad

from .registry import example

V = np.array([0.3, -1.1, 0.7, 1.9])
A = np.array([[0.5, -1.2, 0.8], [1.4, 0.3, -0.7]])
log = logging.getLogger(__name__)


def _square(x):
    return x * x


def _logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs) * 2

    return wrapper


@_logged
def _decorated(x):
    return x * x


@functools.lru_cache
def _cached(n):
    return n * 2


@example((1.5,))
def closure_early_binding(x):
    scale = x * x

    def scaled(y, scale=scale):
        return y * scale

    return scaled(x)


@example((1.5,))
def closure_late_binding(x):
    scale = x

    def scaled(y):
        return y * scale

    scale = x * x
    return scaled(x)


@example((1.5,))
def closures_of_a_loop(x):
    steps = [lambda y: y * i for i in range(3)]
    return steps[0](x) * steps[1](x)


@example((1.5,))
def nested_function_that_calls_itself(x):
    def power(n):
        return 1.0 if n == 0 else x * power(n - 1)

    return power(3)


@example((1.5,))
def function_captured_before_assignment(x):
    def scaled(y):
        return y * scale

    scale = x
    return scaled(x)


@example((V,))
def class_that_captures(x):
    total = np.sum(x)

    class Share:
        def __init__(self, part):
            self.part = part

        def squared(self):
            return (self.part / total) ** 2

    return Share(x[0]).squared() + Share(x[1] * x[2]).squared()


@example((1.5,))
def class_variable_computed(x):
    class Scaled:
        factor = x * x

        def __init__(self, v):
            self.v = v * self.factor

    return Scaled(x).v


@example((1.5,))
def lambdas_on_one_line(x):
    f, g = lambda y: y * x, lambda y: y + x
    return f(g(x))


@example((1.5,))
def lambdas_in_containers(x):
    table = {"square": lambda y: y * y, "cube": lambda y: y * y * x}
    return table["square"](x) * table["cube"](x)


@example((1.5,))
def lambda_as_default(x):
    def apply(y, f=lambda z: z * z):
        return f(y)

    return apply(x) * x


@example((_square, 1.5), (np.sin, 1.5))
def function_as_argument(f, x):
    return f(x) * x


@example((1.5,))
def function_as_result(x):
    def scaled_by(k):
        return lambda y: y * k

    return scaled_by(x)(x * 2)


@example((1.5,))
def partial(x):
    return functools.partial(pow, x)(3) * functools.partial(_square)(x)


@example((1.5,))
def wraps(x):
    return _decorated(x) * x


@example((1.5,))
def lru_cache(x):
    return x ** _cached(2)


@example((V,))
def map_and_filter(x):
    return sum(map(_square, filter(lambda a: a > 0, x)))


@example((1.5, 0.5), (-0.5, 2.5))
def builtin_functions(x, y):
    return sum([x, y]) * min(x, y) + max(x, y, 1.0) * abs(y) + pow(x, 2) + divmod(x, 2.0)[1]


@example((1.3,), (-0.7,))
def round_builtin(x):
    return round(x) * x


@example((1.5,))
def parameters_of_every_kind(x):
    def f(a, /, b=2.0, *args, c, d=3.0, **kwargs):
        return a * b * args[0] + c * d * kwargs["e"]

    return f(x, x, x * x, c=x, e=2.0)


@example((V,))
def spread_arguments(x):
    def f(a, b, c):
        return a * b + c

    return f(*[x[0], x[1]], c=x[2])


@example((V,))
def operator_functions(x):
    return operator.mul(operator.itemgetter(0)(x), operator.getitem(x, 1))


@example((V,))
def bound_methods(x):
    total = x.sum
    return total() * x.dot(x)


@example((1.5,))
def nested_decorated(x):
    @_logged
    def square(y):
        return y * y

    return square(x)


@example((1.5,))
def print_and_logging(x):
    y = x * x
    log.debug("y is %s", y)
    logging.info("y is %s", y)
    print("", y, end="")
    return y * x


def _pairs(x):
    for a in x:
        yield a, a * a


@example((V,))
def generator_function(x):
    return sum(a * b for a, b in _pairs(x))


def _running(x):
    total = 0.0
    while True:
        total = total + (yield total * x)


@example((V,))
def value_of_a_yield(x):
    return sum(_running(x))


@example((V,))
def next_of_a_generator(x):
    pairs = _pairs(x)
    first, _ = next(pairs)
    return first * sum(a * b for a, b in pairs)


def _tree(x):
    if len(x) > 0:
        yield x[0]
        yield from _tree(x[1:])


@example((V,))
def generator_of_itself(x):
    return sum(a * a for a in _tree(x))


@example((1.5,))
def derivative_inside(x):
    return srcad.grad(_square)(x) * x


@example((1.5,))
def type_annotations(x: float, y: "np.ndarray | None" = None) -> float:
    z: float = x * x
    return z


@example((V,))
def function_known_at_run_time(x):
    total = 0.0
    for f in [np.sin, _square]:
        total = total + f(x[0])
    return total


@example((V,))
def vectorize(x):
    return np.sum(np.vectorize(_square)(x))


@example((V,))
def apply_along_axis(x):
    return np.sum(np.apply_along_axis(_square, 0, x))
