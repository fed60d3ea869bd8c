"""What every refusal says: where, what is not possible, and what to do instead."""

import pickle

import numpy as np
import pytest

import srcad
from srcad import errors, grad, value_and_grad

X = np.array([1.0, 2.0, 4.0])


def square(x):
    return x * x


def first(params, y):
    return params["w"][0] * y


def refusal(call, kind):
    """The text of the error of a call: of exactly this class, and of one that callers may expect."""
    with pytest.raises(srcad.DifferentiationError) as caught:
        call()
    assert type(caught.value) is kind
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return str(caught.value).split("\n")


# ------------------------------------------------------------------------------------------------ arguments

USE_FLOATS = "use floats (x.astype(float)), or choose other argnums"
CHOOSE = "choose other argnums, or pass it as an argument that is not differentiated"


@pytest.mark.parametrize(
    ("value", "what", "remedy"),
    [
        (2, "an int", "use a float (2.0 instead of 2), or choose other argnums"),
        (True, "a bool", CHOOSE),
        ("a", "a str", CHOOSE),
        (None, "None", CHOOSE),
        (object(), "an object", CHOOSE),
        (np.sin, "a ufunc", CHOOSE),
        (range(3), "a range", CHOOSE),
        (np.int64(3), "an int64", USE_FLOATS),
        (np.arange(3), "an array of dtype int64", USE_FLOATS),
        (np.ones(2, np.uint8), "an array of dtype uint8", USE_FLOATS),
        (np.array([True]), "an array of dtype bool", USE_FLOATS),
        (np.array(["a"]), "an array of dtype <U1", CHOOSE),
        (np.array([None]), "an array of dtype object", CHOOSE),
    ],
)
def test_arguments_that_carry_no_derivative(value, what, remedy):
    lines = refusal(lambda: grad(square)(value), errors.ArgumentError)
    assert lines[0].startswith(f"{__file__}:")
    assert lines[0].endswith(" in square")
    assert lines[1:3] == ["    def square(x):", "    ^^^^^^^^^^^^^^"]
    assert lines[3:] == [f"the argument x of square is {what}, which carries no derivative", f"Instead: {remedy}"]
    with pytest.raises(TypeError):  # as from JAX
        grad(square)(value)


def test_integers_inside_structures_are_named_by_their_path():
    lines = refusal(lambda: grad(first)({"w": [1.0, (2.0, 3)]}, 2.0), errors.ArgumentError)
    assert lines[3] == "the argument params['w'][1][1] of first is an int, which carries no derivative"
    assert lines[4] == "Instead: use a float (3.0 instead of 3), or choose other argnums"
    lines = refusal(lambda: grad(first)({"w": [1.0], "n": np.arange(2)}, 2.0), errors.ArgumentError)
    assert lines[3] == "the argument params['n'] of first is an array of dtype int64, which carries no derivative"
    assert lines[4] == "Instead: use floats (params['n'].astype(float)), or choose other argnums"


def test_structures_without_anything_to_differentiate():
    lines = refusal(lambda: grad(first)({"w": ["a", None]}, 2.0), errors.ArgumentError)
    assert lines[3] == ("the argument params of first holds nothing that carries a derivative: params['w'][0] is a str")


@pytest.mark.parametrize("value", [1j, np.complex64(1), np.ones(2, complex)])
def test_complex_results(value):
    lines = refusal(lambda: grad(square)(value), errors.ResultError)
    assert lines[3].startswith("grad needs a function that returns a float; square returns ")
    assert lines[4] == (
        "Instead: return a real scalar computed from the arguments, or pass holomorphic=True for the derivative of a "
        "complex function"
    )


def scaled(x, y):
    return np.sum(x * y)


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_arrays_whose_operators_are_others_are_refused_as_any_argument(position):
    for array, name in ((np.matrix([[1.0, 2.0]]), "matrix"), (np.ma.array([1.0, 2.0], mask=[0, 1]), "MaskedArray")):
        args = [1.0, 1.0]
        args[position] = array
        lines = refusal(lambda args=args: grad(scaled)(*args), errors.ArgumentError)
        which = "xy"[position]
        assert lines[3] == (
            f"the argument {which} of scaled is a numpy.{name}, whose operators are not those of arrays"
        )
        assert lines[4] == f"Instead: pass np.asarray({which})"


class Foreign:
    """An array of a library that srcad does not know."""

    dtype = np.dtype(float)
    shape = (2,)

    def __array__(self, dtype=None, copy=None):
        return np.ones(2)


@pytest.mark.parametrize("args", [(Foreign(), 1.0), (1.0, Foreign()), (1.0, [Foreign()])])
def test_arrays_of_unknown_libraries(args):
    lines = refusal(lambda: grad(scaled)(*args), errors.ArgumentError)
    assert "Foreign, an array of no module that srcad knows" in lines[3]
    assert "srcad.arrays.register_array_module" in lines[4]


# -------------------------------------------------------------------------------------------------- argnums


@pytest.mark.parametrize("argnums", [2, -3, "z", 1.5, None, True, ("x", 2), [0, "z"]])
def test_argnums_that_name_nothing(argnums):
    wrong = argnums[1] if isinstance(argnums, (tuple, list)) else argnums
    lines = refusal(lambda: grad(scaled, argnums)(1.0, 2.0), errors.ArgnumsError)
    assert lines[1] == "    def scaled(x, y):"
    assert lines[3] == f"argnums={wrong!r} names no parameter of scaled(x, y)"
    assert lines[4] == "Instead: give a number from 0 to 1, or a name: x, y"
    with pytest.raises(ValueError, match="argnums"):
        grad(scaled, argnums)(1.0, 2.0)


@pytest.mark.parametrize("argnums", [(0, 0), ("x", 0), (-2, "x")])
def test_argnums_that_name_something_twice(argnums):
    lines = refusal(lambda: grad(scaled, argnums)(1.0, 2.0), errors.ArgnumsError)
    assert lines[3:] == [f"argnums={argnums!r} names the parameter x of scaled twice", "Instead: name it once"]


def test_no_argnums_and_no_parameters():
    lines = refusal(lambda: grad(scaled, ())(1.0, 2.0), errors.ArgnumsError)
    assert lines[3:] == ["argnums=() names no parameter of scaled(x, y)", "Instead: choose from x, y"]
    lines = refusal(lambda: grad(lambda: 1.0)(), errors.ArgnumsError)
    assert lines[3:] == [
        "argnums=0 names no parameter of <lambda>()",
        "Instead: differentiate a function that has parameters",
    ]


def test_keyword_only_parameters_have_no_number():
    def f(x, *, k):
        return x * k

    assert grad(f, "k")(2.0, k=3.0) == 2.0
    lines = refusal(lambda: grad(f, 1)(2.0, k=3.0), errors.ArgnumsError)
    assert lines[4] == "Instead: give a number from 0 to 0, or a name: x, k"


# -------------------------------------------------------------------------------------------------- results


def vector(x):
    return x * 2.0


def pair(x):
    return np.sum(x), 1.0


def nothing(x):
    x * 2.0


def counted(x):
    return int(np.sum(x))


def turned(x):
    return np.sum(x) * 1j


def unknown_shape(x, k):
    y = x * 2.0 if k else np.sum(x)
    return y


@pytest.mark.parametrize(
    ("f", "args", "expected"),
    [
        (vector, (X,), ["one number", "vector returns an array of 1 axes"]),
        (pair, (X,), ["a float", "pair returns a tuple"]),
        (nothing, (X,), ["a float", "nothing returns None"]),
        (counted, (X,), ["a float", "counted returns an int"]),
        (turned, (X,), ["a float", "turned returns "]),
        (unknown_shape, (X, 1), ["one number", "unknown_shape returned an array of shape (3,)"]),
    ],
)
@pytest.mark.parametrize("transform", [grad, value_and_grad])
def test_results_that_are_no_real_scalar(transform, f, args, expected):
    lines = refusal(lambda: transform(f)(*args), errors.ResultError)
    text = "\n".join(lines)
    for part in expected:
        assert part in text
    assert "Instead: return a " in text
    with pytest.raises(TypeError):
        transform(f)(*args)


@pytest.mark.parametrize("f", [square, lambda x: (x, x, x), lambda x: [x]])
def test_has_aux_without_a_pair(f):
    lines = refusal(lambda: grad(f, has_aux=True)(2.0), errors.ResultError)
    assert lines[3].startswith("with has_aux=True, ")
    assert lines[3].endswith(" must return a pair (value, aux)")
    assert lines[4] == "Instead: return value, aux"


# ------------------------------------------------------------------------------------- functions without source


def test_functions_made_by_exec():
    space = {}
    exec("def made(x):\n    return x * x\n", space)
    lines = refusal(lambda: grad(space["made"])(1.0), errors.SourceError)
    assert lines[0] == "The source of made (<string>:1) cannot be found."
    assert lines[1].startswith("Instead: define the function in a file or a notebook cell.") and "linecache" in lines[1]


def test_compiled_functions_themselves():
    lines = refusal(lambda: grad(np.asarray_chkfinite.__class__)(1.0), errors.SourceError)
    assert "has neither Python source nor a rule" in lines[0]
    assert lines[1] == "Instead: wrap it in a function that srcad can read, or register a rule"


def test_what_is_no_function():
    assert refusal(lambda: grad(3.5), errors.ArgumentError) == [
        "3.5 is no function",
        "Instead: pass the function to differentiate",
    ]


# --------------------------------------------------------------------------------- functions without a rule


def calls_compiled(x):
    y = x * 2.0
    z = np.frombuffer(y)
    return z * x


def calls_numpy(x):
    return np.sum(np.from_dlpack(x))


def calls_method(x):
    return np.sum(x.byteswap())


@pytest.mark.parametrize(
    ("f", "reason", "line", "caret"),
    [
        (
            calls_compiled,
            "frombuffer was given a value that carries a derivative, but has neither Python",
            "z = np.frombuffer(y)",
            "    ^^^^^^^^^^^^^^^^",
        ),
        (
            calls_numpy,
            "from_dlpack was given a value that carries a derivative, but has neither Python source",
            "return np.sum(np.from_dlpack(x))",
            "              ^^^^^^^^^^^^^^^^^",
        ),
        (
            calls_method,
            "the method 'byteswap' of a value that carries a derivative has no rule",
            "return np.sum(x.byteswap())",
            "              ^^^^^^^^^^^^",
        ),
    ],
)
def test_functions_without_a_rule_given_an_active_value(f, reason, line, caret):
    lines = refusal(lambda: grad(f)(X), errors.MissingRuleError)
    assert lines[0].startswith(f"{__file__}:")
    assert lines[0].endswith(f" in {f.__name__}")
    assert lines[1] == f"    {line}"
    assert lines[2] == f"    {caret}"
    assert lines[3].startswith(reason)
    assert lines[4].startswith("Instead: ")


def test_the_same_functions_given_constants_are_no_problem():
    def f(x, n):
        return x * np.sum(np.unwrap(n))

    assert grad(f)(2.0, np.zeros(3) + 2.0) == 6.0


# -------------------------------------------------------------------------------------- unsupported statements


def asynchronous():
    async def f(x):
        return x

    return f


def with_yield(x):
    yield x


def with_eval(x):
    return eval("x * x")


def with_global(x):
    global COUNT
    COUNT = x
    return x


@pytest.mark.parametrize(
    ("f", "line", "reason"),
    [
        (with_yield, "def with_yield(x):", "Generator functions cannot be differentiated."),
        (asynchronous(), "async def f(x):", "Asynchronous functions cannot be differentiated."),
        (with_eval, 'return eval("x * x")', "eval() sees the frame it is called in"),
        (with_global, "global COUNT", "A `global` statement cannot be differentiated."),
    ],
)
def test_statements_that_are_not_supported(f, line, reason):
    lines = refusal(lambda: grad(f)(2.0), errors.UnsupportedError)
    assert lines[0].startswith(f"{__file__}:")
    assert lines[1] == f"    {line}"
    assert set(lines[2]) == {" ", "^"}
    assert lines[3].startswith(reason)
    assert lines[4].startswith("Instead: ")


# --------------------------------------------------------------------------------------- the user's own errors


def positive(x):
    if np.sum(x) < 0:
        raise LookupError(f"negative: {np.sum(x)}")
    y = x * x
    return np.sum(y)


def mismatch(x, y):
    z = x * 2.0
    return np.sum(z + y)


def wrong_inside(x, y):
    t = x * x
    return mismatch(t, y) * 2.0


def test_errors_that_the_function_raises_are_its_own():
    assert np.array_equal(grad(positive)(X), 2 * X)
    with pytest.raises(LookupError, match=r"negative: -7.0") as caught:
        grad(positive)(-X)
    (note,) = caught.value.__notes__
    first, second = note.split("\n")
    line = positive.__code__.co_firstlineno + 2
    assert first == f"srcad: raised by the code generated for {__file__}:{line} in positive"
    assert second == '    raise LookupError(f"negative: {np.sum(x)}")'


def test_errors_of_numpy_name_the_statement_they_come_from():
    with pytest.raises(ValueError, match="broadcast") as caught:
        grad(wrong_inside)(X, np.ones(2))
    (note,) = caught.value.__notes__
    line = mismatch.__code__.co_firstlineno + 2
    assert note.split("\n") == [
        f"srcad: raised by the code generated for {__file__}:{line} in mismatch",
        "    return np.sum(z + y)",
    ]


def test_tracebacks_show_the_generated_source():
    import traceback

    with pytest.raises(ValueError, match="broadcast") as caught:
        grad(wrong_inside)(X, np.ones(2))
    text = "".join(traceback.format_exception(caught.value))
    assert '  File "<srcad wrong_inside_grad #' in text
    assert "z + y" in text.split("<srcad wrong_inside_grad #")[-1]


def test_names_that_are_not_defined():
    def f(x):
        return x * not_defined_anywhere  # noqa: F821

    with pytest.raises(NameError, match="not_defined_anywhere"):
        grad(f)(1.0)


# --------------------------------------------------------------------------------------------- the classes


def test_every_class_is_a_differentiation_error_and_some_are_what_python_would_raise():
    found = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, Exception) and kind is not srcad.DifferentiationError
    }
    for kind in found.values():
        assert issubclass(kind, srcad.DifferentiationError)
        assert kind.__doc__
    assert {name for name, kind in found.items() if issubclass(kind, TypeError)} == {"ArgumentError", "ResultError"}
    assert {name for name, kind in found.items() if issubclass(kind, ValueError)} == {"ArgnumsError", "CotangentError"}
