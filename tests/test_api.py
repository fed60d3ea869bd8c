"""grad and value_and_grad as people call them.  Expected values are worked out by hand."""

import collections
import copy
import functools
import inspect
import math
import multiprocessing
import operator
import pickle

import numpy as np
import pytest

import srcad
from srcad import grad, value_and_grad

X = np.array([1.0, 2.0, 4.0])
Y = np.array([3.0, -1.0, 0.5])


def product(x, y=3.0, *, scale=1.0):
    """The product of both, scaled."""
    return np.sum(x * y) * scale


# ------------------------------------------------------------------------------------- ways of asking for it


@pytest.mark.parametrize(
    "make",
    [
        lambda f: grad(f),
        lambda f: grad(f, 0),
        lambda f: grad(f, argnums=0),
        lambda f: grad(f, "x"),
        lambda f: grad("x")(f),
        lambda f: grad(0)(f),
        lambda f: grad()(f),
        lambda f: grad(argnums=0)(f),
        lambda f: grad(argnums="x")(f),
        lambda f: grad(f, argnums=-2),
        lambda f: grad(f, argnums=np.int64(0)),
    ],
)
def test_every_way_of_naming_one_argument(make):
    assert np.array_equal(make(product)(X, Y), Y)


@pytest.mark.parametrize("argnums", [(0, 1), [0, 1], range(2), ("x", "y"), ("x", 1), (0, "y"), (-2, -1), (0, -1)])
def test_several_arguments_give_a_tuple(argnums):
    d_x, d_y = grad(product, argnums=argnums)(X, Y)
    assert np.array_equal(d_x, Y)
    assert np.array_equal(d_y, X)
    d_x, d_y = grad(argnums)(product)(X, Y)
    assert np.array_equal(d_x, Y)
    assert np.array_equal(d_y, X)


def test_the_order_of_argnums_is_the_order_of_the_gradients_and_one_in_a_tuple_stays_a_tuple():
    d_y, d_x = grad(product, argnums=(1, 0))(X, Y)
    assert np.array_equal(d_x, Y)
    assert np.array_equal(d_y, X)
    found = grad(product, argnums=(1,))(X, Y)
    assert type(found) is tuple
    assert np.array_equal(found[0], X)


def test_decorators_with_and_without_arguments():
    @grad
    def first(x, y):
        return x * x * y

    @grad(argnums=1)
    def second(x, y):
        return x * x * y

    @value_and_grad("y")
    def both(x, y):
        return x * x * y

    @value_and_grad
    def plain(x, y):
        return x * x * y

    assert first(3.0, 5.0) == 30.0
    assert second(3.0, 5.0) == 9.0
    assert both(3.0, 5.0) == (45.0, 9.0)
    assert plain(3.0, 5.0) == (45.0, 30.0)


# ------------------------------------------------------------------------------------------- forms of calls


def test_keywords_defaults_and_keyword_only_parameters():
    assert np.array_equal(grad(product)(X), np.full(3, 3.0))
    assert np.array_equal(grad(product)(x=X), np.full(3, 3.0))
    assert np.array_equal(grad(product)(y=Y, x=X), Y)
    assert np.array_equal(grad(product)(X, scale=2.0), np.full(3, 6.0))
    assert grad(product, "scale")(X, Y) == 3.0  # 3 - 2 + 2
    assert grad(product, "scale")(X, Y, scale=7.0) == 3.0
    assert grad(product, ("scale", "y"))(2.0, 5.0, scale=7.0) == (10.0, 14.0)
    assert grad(product, "y")(2.0) == 2.0  # with respect to a default


def test_positional_only_parameters():
    def f(x, /, y):
        return x * y

    assert grad(f, (0, 1))(2.0, y=3.0) == (3.0, 2.0)


def test_each_of_starred_arguments_is_an_argument():
    def f(x, *rest):
        total = x
        for r in rest:
            total = total * r
        return total

    assert grad(f)(2.0, 3.0, 5.0) == 15.0
    assert grad(f, 1)(2.0, 3.0, 5.0) == 10.0
    assert grad(f, (0, 2))(2.0, 3.0, 5.0) == (15.0, 6.0)
    assert grad(f, -1)(2.0, 3.0, 5.0) == 6.0
    assert grad(f, "rest")(2.0, 3.0, 5.0) == (10.0, 6.0)
    assert grad(f)(2.0) == 1.0
    assert grad(lambda *xs: xs[0] * xs[1] ** 2, (0, 1))(2.0, 3.0) == (9.0, 12.0)


def test_each_of_keyword_arguments_is_an_argument():
    def f(x, **weights):
        t = weights["w"] * x
        b = weights["b"]
        return t + b * b

    assert grad(f, "w")(2.0, w=3.0, b=5.0) == 2.0
    assert grad(f, ("b", "x"))(2.0, w=3.0, b=5.0) == (10.0, 3.0)
    assert grad(f, "weights")(2.0, w=3.0, b=5.0) == {"w": 2.0, "b": 10.0}


@pytest.mark.parametrize("args", [(), (1.0, 2.0, 3.0), (X,)])
def test_a_call_that_does_not_fit_raises_what_the_function_would(args):
    def f(x, y):
        return x * y

    with pytest.raises(TypeError):
        f(*args)
    with pytest.raises(TypeError, match="f\\(\\)"):
        grad(f)(*args)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        grad(f)(1.0, 2.0, z=3.0)


# ----------------------------------------------------------------------------------------------- has_aux


def with_aux(x, y):
    z = x * y
    return np.sum(z * z), {"z": z, "name": "product", "n": 3}


def test_has_aux():
    gradient, aux = grad(with_aux, has_aux=True)(X, Y)
    assert np.array_equal(gradient, 2 * X * Y * Y)
    assert np.array_equal(aux["z"], X * Y)
    assert (aux["name"], aux["n"]) == ("product", 3)
    (value, aux), (d_x, d_y) = value_and_grad(with_aux, (0, 1), has_aux=True)(X, Y)
    assert value == np.sum((X * Y) ** 2)
    assert np.array_equal(d_x, 2 * X * Y * Y)
    assert np.array_equal(d_y, 2 * X * X * Y)
    assert np.array_equal(aux["z"], X * Y)


def test_aux_that_is_the_value_itself_the_argument_or_nothing():
    def f(x):
        y = x * x
        return y, y

    def g(x):
        return np.sum(x * x), x

    def h(x):
        return np.sum(x), None

    assert grad(f, has_aux=True)(3.0) == (6.0, 9.0)
    gradient, aux = grad(g, has_aux=True)(X)
    assert np.array_equal(gradient, 2 * X)
    assert aux is X
    assert value_and_grad(h, has_aux=True)(3.0) == ((3.0, None), 1.0)


# --------------------------------------------------------------------------------------------- structures

Pair = collections.namedtuple("Pair", "w b")


def test_gradients_have_the_structure_and_the_types_of_their_arguments():
    def f(p):
        (a, b), rest = p["pair"], p["rest"]
        return np.sum(a * a) * b + rest[0][0] * rest[1]["k"]

    p = {"rest": [(2.0,), {"k": 3.0}], "pair": (X, 5.0)}
    found = grad(f)(p)
    assert list(found) == ["rest", "pair"]
    assert found["rest"] == [(3.0,), {"k": 2.0}]
    assert type(found["pair"]) is tuple
    assert np.array_equal(found["pair"][0], 10 * X)
    assert found["pair"][1] == 21.0


def test_named_tuples_by_position():
    def f(p):
        w, b = p
        return np.sum(w) * b

    found = grad(f)(Pair(X, 2.0))
    assert type(found) is Pair
    assert np.array_equal(found.w, np.full(3, 2.0))
    assert found.b == 7.0


def test_parts_without_a_derivative_have_the_gradient_none():
    def f(p):
        x = p["x"] * 2.0 if p["double"] else p["x"]
        return np.sin(x) if p["name"] == "sin" else p["f"](x)

    found = grad(f)({"x": 0.5, "name": "sin", "double": True, "f": np.cos, "none": None})
    assert math.isclose(found["x"], 2 * math.cos(1.0))
    assert found["name"] is None
    assert found["f"] is None
    assert found["none"] is None
    found = grad(f)({"x": 0.5, "name": "cos", "double": False, "f": np.cos, "none": None})
    assert math.isclose(found["x"], -math.sin(0.5))


@pytest.mark.parametrize("empty", [[], (), {}])
def test_empty_structures(empty):
    assert grad(lambda p, x: x * x)(empty, 3.0) == empty


def test_what_the_result_does_not_depend_on_gets_zeros():
    def f(x, y, p):
        return np.sum(y) * p["used"]

    d_x, d_p = grad(f, ("x", "p"))(X, Y, {"used": 2.0, "unused": [X, 1.0, (np.ones((2, 0)),)]})
    assert np.array_equal(d_x, np.zeros(3))
    assert d_p["used"] == 2.5
    assert np.array_equal(d_p["unused"][0], np.zeros(3))
    assert d_p["unused"][1] == 0.0
    assert d_p["unused"][2][0].shape == (2, 0)
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert np.array_equal(grad(lambda x: np.floor(x).sum())(X), np.zeros(3))


# ------------------------------------------------------------------------------------ kinds of arguments


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_dtypes_are_kept(dtype):
    x = np.array([1, 2, 4], dtype)
    value, gradient = value_and_grad(lambda x: np.sum(x * x) * 0.5)(x)
    assert value.dtype == gradient.dtype == dtype
    assert np.array_equal(gradient, x)
    mixed = grad(lambda x, y: np.sum(x * y), (0, 1))(x, np.array([1.0, 2.0, 3.0]))
    assert [g.dtype for g in mixed] == [dtype, np.float64]


@pytest.mark.parametrize("scalar", [np.float32(1.5), np.float64(1.5), 1.5])
def test_scalars_give_scalars(scalar):
    gradient = grad(lambda x: x * x * x)(scalar)
    assert gradient == 6.75
    assert np.asarray(gradient).dtype == np.asarray(scalar).dtype
    assert np.ndim(gradient) == 0
    assert isinstance(gradient, float | np.float32)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0, 2)])
def test_empty_arrays(shape):
    value, gradient = value_and_grad(lambda x: np.sum(x * x) + 1.0)(np.ones(shape))
    assert value == 1.0
    assert gradient.shape == shape


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 1, 1)])
def test_results_of_one_element_count_as_scalars(shape):
    value, gradient = value_and_grad(lambda x: x * x)(np.full(shape, 3.0))
    assert value.shape == gradient.shape == shape
    assert gradient.item() == 6.0


@pytest.mark.parametrize(
    "x", [X[::-1], np.asfortranarray(np.ones((2, 3))), np.broadcast_to(2.0, (3,)), np.arange(12.0)[::3]]
)
def test_any_memory_layout(x):
    gradient = grad(lambda x: np.sum(x * x))(x)
    assert np.array_equal(gradient, 2 * x)
    gradient += 1.0  # writable, and of its own memory


def test_read_only_arguments_and_memory_maps(tmp_path):
    x = X.copy()
    x.flags.writeable = False
    assert np.array_equal(grad(lambda x: np.sum(x * x))(x), 2 * X)
    mapped = np.memmap(tmp_path / "x", np.float64, "w+", shape=(3,))
    mapped[:] = X
    assert np.array_equal(grad(lambda x, y: np.sum(x * y), (0, 1))(mapped, X)[0], X)


# -------------------------------------------------------------------------------- whose memory it is


def leaves_of(tree):
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in leaves_of(value)]
    if isinstance(tree, (tuple, list)):
        return [leaf for value in tree for leaf in leaves_of(value)]
    return [tree] if isinstance(tree, np.ndarray) else []


def returned_twice(x, y):
    return np.sum(x + y), [x, y, x]


def sums(x, y):
    return np.sum(x) + np.sum(y)


def seen_through_views(x, y):
    return np.sum(x.T) + np.sum(y.reshape(-1))


def one_part(x, y):
    return x[0, 0] + y[0, 0] + y[0, 1]


def products(x, y):
    return np.sum(x @ y)


@pytest.mark.parametrize("f", [sums, seen_through_views, one_part, products])
def test_gradients_share_no_memory_and_can_be_written(f):
    x, y = np.ones((2, 2)), np.full((2, 2), 2.0)
    value, gradients = value_and_grad(f, (0, 1))(x, y)
    for gradient in gradients:
        gradient += 1.0
    everything = [x, y, *gradients, value]
    for i, a in enumerate(everything):
        for b in everything[i + 1 :]:
            assert not np.shares_memory(a, b)


def test_gradients_share_no_memory_inside_structures():
    def f(p):
        return np.sum(p["a"] + p["b"][0] + p["b"][1])

    a = np.ones(3)
    found = leaves_of(grad(f)({"a": a, "b": (a, a)}))
    for i, gradient in enumerate(found):
        assert np.array_equal(gradient, np.ones(3))
        gradient += 1.0
        assert not any(np.shares_memory(gradient, other) for other in (*found[:i], *found[i + 1 :], a))


def test_the_value_is_what_the_function_returns():
    def f(x):
        return x[0]

    x = np.array([[3.0]])
    value, gradient = value_and_grad(f)(x)
    assert value.shape == (1,)
    gradient[...] = 7.0
    assert value[0] == 3.0
    assert x[0, 0] == 3.0


# ------------------------------------------------------------------------------- what can be differentiated


class Model:
    """A class with decorated methods."""

    def __init__(self, weight):
        self.weight = weight

    def loss(self, x):
        return np.sum(x * x) * self.weight

    @grad(argnums=1)
    def decorated(self, x):
        return np.sum(x * x) * self.weight

    @grad("x")
    def by_name(self, x):
        """By name."""
        return np.sum(x * x) * self.weight

    @staticmethod
    @grad
    def static(x):
        return x * x * x

    @classmethod
    def of_class(cls, x):
        return x * x * cls.factor

    factor = 4.0

    def __call__(self, x):
        return np.sum(x) * self.weight


def test_methods():
    model, other = Model(3.0), Model(5.0)
    assert np.array_equal(grad(model.loss)(X), 6 * X)
    assert np.array_equal(model.decorated(X), 6 * X)
    assert np.array_equal(other.decorated(X), 10 * X)
    assert np.array_equal(model.by_name(x=X), 6 * X)
    assert np.array_equal(Model.decorated(model, X), 6 * X)
    assert Model.static(2.0) == model.static(2.0) == 12.0
    assert grad(Model.of_class)(3.0) == 24.0
    model.weight = 7.0
    assert np.array_equal(model.decorated(X), 14 * X)
    assert np.array_equal(grad(model.loss)(X), 14 * X)


def test_a_derivative_of_a_method_sees_later_changes_of_the_object():
    model = Model(3.0)
    derivative = grad(model.loss)
    assert np.array_equal(derivative(X), 6 * X)
    model.weight = 7.0
    assert np.array_equal(derivative(X), 14 * X)
    model.weight = X
    with pytest.raises(srcad.DifferentiationError):
        derivative(X)  # no scalar any more


def test_callable_objects_partials_builtins_and_ufuncs():
    assert np.array_equal(grad(Model(3.0))(X), np.full(3, 3.0))
    assert grad(functools.partial(product, y=5.0))(2.0) == 5.0
    assert grad(functools.partial(product, 2.0))(5.0) == 2.0
    assert grad(functools.partial(operator.mul, 3.0))(5.0) == 3.0
    assert math.isclose(grad(np.sin)(0.5), math.cos(0.5))
    assert math.isclose(grad(math.sin)(0.5), math.cos(0.5))
    assert grad(np.multiply, (0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert grad(operator.mul, (0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert grad(abs)(-2.0) == -1.0
    assert np.array_equal(grad(np.sum)(X), np.ones(3))
    assert np.allclose(grad(np.linalg.norm)(np.array([3.0, 4.0])), [0.6, 0.8])


def test_lambdas():
    assert grad(lambda x: x * x)(3.0) == 6.0
    first, second = grad(lambda x: x * x), grad(lambda x: x * 5.0)
    assert (first(3.0), second(3.0)) == (6.0, 5.0)


def factorial_power(x, n):
    return 1.0 if n == 0 else x * factorial_power(x, n - 1)


def test_recursion():
    assert grad(factorial_power)(2.0, 5) == 80.0


# ---------------------------------------------------------------------------------- what a derivative shows


module_level = grad(product)


@grad
def cube(x):
    """x to the third."""
    return x * x * x


def test_signature_name_and_documentation_are_those_of_the_function():
    assert inspect.signature(cube) == inspect.signature(lambda x: 0)
    assert str(inspect.signature(module_level)) == "(x, y=3.0, *, scale=1.0)"
    assert cube.__doc__ == "x to the third."
    assert cube.__name__ == cube.__qualname__ == "cube"
    assert cube.__module__ == __name__
    assert repr(cube) == "<grad of cube>"
    assert repr(value_and_grad(product)) == "<value_and_grad of product>"
    assert module_level.primal is product
    assert module_level.__wrapped__ is product
    assert callable(cube)
    assert Model.by_name.__doc__ == "By name."


def test_source_before_and_after_calls():
    derivative = grad(lambda x, y: np.sum(x * y))
    generic = derivative.source
    compile(generic, "generic", "exec")
    for_vectors = derivative.source_for(X, Y)
    assert "def " in for_vectors
    derivative(2.0, 3.0)
    for_floats = derivative.source
    assert len({generic, for_vectors, for_floats}) == 3
    derivative(X, Y)
    assert derivative.source == for_vectors
    assert "np.sum(x * y)" in str(grad(product).wengert) or "sum" in str(grad(product).wengert)


def test_showing_a_source_calls_nothing_and_changes_nothing():
    calls = []

    def f(x):
        calls.append(1)
        return np.sum(x * x)

    derivative = grad(f)
    derivative.source_for(X)
    assert calls == []
    derivative(X)
    assert calls == [1]


# --------------------------------------------------------------------------------------- copies and pickles


def test_pickling_by_reference():
    assert pickle.loads(pickle.dumps(cube)) is cube
    loaded = pickle.loads(pickle.dumps(module_level))
    assert loaded.primal is product
    assert np.array_equal(loaded(X, Y), Y)
    both = pickle.loads(pickle.dumps(value_and_grad(product, ("y", 0), has_aux=False)))
    assert both(2.0, 5.0) == (10.0, (2.0, 5.0))


def test_copies():
    assert copy.copy(cube) is cube
    assert copy.deepcopy(cube) is cube
    copied = copy.deepcopy(grad(product))
    assert copied.primal is product
    assert np.array_equal(copied(X, Y), Y)


@pytest.mark.parametrize("derivative", [cube, grad(abs)])
def test_a_derivative_goes_to_another_process(derivative):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(derivative, (2.0,)) == derivative(2.0)
