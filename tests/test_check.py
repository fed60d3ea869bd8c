"""check_grads: passes what is right, and names place, expected and got where it is not.

Wrong derivatives are written by hand and put in place of srcad's own, so that these tests say something about
the checker alone; `test_srcad_...` at the end check real derivatives.
"""

import numpy as np
import pytest
from standin import xp

import srcad
from srcad import check, errors
from srcad.check import check_grads
from srcad.rules import register


@pytest.fixture
def hand(monkeypatch):
    """Puts a gradient written by hand in place of srcad.grad."""

    def install(gradient):
        monkeypatch.setattr(
            check.api, "grad", lambda f, argnums: lambda *args: tuple([gradient(*args)[i] for i in argnums])
        )

    return install


def squares(params, x, n=2):
    return np.sum((params["w"] * x + params["b"]) ** n)


def d_squares(params, x, n=2):
    d_y = 2 * (params["w"] * x + params["b"])
    return {"w": d_y * x, "b": np.sum(d_y, dtype=d_y.dtype)}, d_y * params["w"]


@pytest.fixture
def args(rng):
    return {"w": rng.normal(size=3), "b": np.float64(0.5)}, rng.normal(size=3)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_right_gradient_passes(hand, args):
    hand(d_squares)
    check_grads(squares, args)
    check_grads(squares, (*args, 2))


def test_a_wrong_element_is_named_with_expected_and_got(hand, args):
    def wrong(params, x):
        d_params, d_x = d_squares(params, x)
        d_params["w"][1] += 1e-3
        return d_params, d_x

    hand(wrong)
    right = d_squares(*args)[0]["w"][1]
    with pytest.raises(errors.CheckError) as caught:
        check_grads(squares, args)
    text = str(caught.value)
    assert "the gradient of squares differs from difference quotients" in text
    assert "at        args[0]['w'][1]\n" in text
    assert f"expected  {right:.8g}"[:18] in text and f"got       {right + 1e-3:.8g}"[:18] in text
    assert "float32" not in text


@pytest.mark.parametrize("fault", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_never_passes(hand, args, fault):
    hand(lambda params, x: ({"w": d_squares(params, x)[0]["w"], "b": np.float64(fault)}, d_squares(params, x)[1]))
    with pytest.raises(errors.CheckError, match=r"at        args\[0\]\['b'\]"):
        check_grads(squares, args)


def test_a_missing_contribution_is_found(hand):
    hand(lambda x: (x,))  # half of it
    with pytest.raises(errors.CheckError):
        check_grads(lambda x: x * x, (1.5,))


def test_float32_is_checked_within_its_limits_and_says_so(hand, rng):
    args = {"w": rng.normal(size=3).astype("f"), "b": np.float32(0.5)}, rng.normal(size=3).astype("f")
    hand(d_squares)
    check_grads(squares, args)
    hand(lambda params, x: ({"w": d_squares(params, x)[0]["w"], "b": np.float32(1.0)}, d_squares(params, x)[1]))
    with pytest.raises(errors.CheckError, match=r"float32 limits this check to about 6 digits\n.*check with float64"):
        check_grads(squares, args)


def test_one_side_of_a_kink_does_not_pass(hand):
    hand(lambda x: (1.0,))
    with pytest.raises(errors.CheckError, match=r"expected  0 .*\n.*got       1\n|got       -1\n"):
        check_grads(abs, (0.0,))


def test_noise_is_no_evidence(hand):
    noise = np.random.default_rng(1)
    hand(lambda x: (1.0,))
    with pytest.raises(errors.CheckError, match="cannot be checked: the difference quotients do not settle"):
        check_grads(lambda x: x + 1e-3 * noise.normal(), (1.0,))


def test_steep_functions_get_smaller_steps(hand):
    hand(lambda x: (1e3 * np.cos(1e3 * x),))
    check_grads(lambda x: np.sin(1e3 * x), (0.3,))


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (lambda x: (np.ones(2),), r"the gradient of args\[0\] has another shape: \(2,\) for \(3,\)"),
        (lambda x: (np.ones(3, "f"),), r"the gradient of args\[0\] has another dtype: float32 for float64"),
        (lambda x: (xp.ones(3),), r"the gradient of args\[0\] has another array module"),
    ],
)
def test_a_gradient_has_the_form_of_its_argument(hand, gradient, message):
    hand(gradient)
    with pytest.raises(errors.CheckError, match=message):
        check_grads(np.sum, (np.ones(3),))


def test_a_gradient_of_another_structure_is_refused(hand):
    hand(lambda x: ((1.0, 1.0),))
    with pytest.raises(errors.ArgumentError, match=r"differ at args\[0\]: a list of 2 against a tuple of 2"):
        check_grads(sum, ([1.0, 2.0],))


def test_a_derivative_that_modifies_arguments_is_caught(hand):
    def modifies(x):
        x[0] = 0.0
        return (np.ones(3),)

    hand(modifies)
    with pytest.raises(errors.CheckError, match="modified the arguments of its caller"):
        check_grads(np.sum, (np.ones(3),))


def test_functions_that_write_to_their_arguments_are_checked_on_copies(hand):
    def doubled(x):
        x *= 2.0
        return np.sum(x**2)

    x = np.arange(3.0)
    hand(lambda x: (8.0 * x,))
    check_grads(doubled, (x,))
    assert x.tolist() == [0.0, 1.0, 2.0]


def test_complex_arguments_follow_the_convention(hand):
    # u = Re(z)² + 3 Im(z) has du/dx - i du/dy = 2 x - 3i
    hand(lambda z: (2 * z.real - 3j,))
    check_grads(lambda z: np.sum(z.real**2 + 3 * z.imag), (np.array([1 + 2j, 0.5 - 1j]),))
    hand(lambda z: (2 * z.real + 3j,))
    with pytest.raises(errors.CheckError):
        check_grads(lambda z: np.sum(z.real**2 + 3 * z.imag), (np.array([1 + 2j, 0.5 - 1j]),))


def test_arrays_of_another_module(hand):
    hand(lambda x: (2 * x,))
    check_grads(lambda x: xp.sum(x**2), (xp.asarray([1.0, 2.0]),))


def test_what_cannot_be_checked_is_refused(hand):
    hand(lambda x: (1.0,))
    with pytest.raises(errors.UnsupportedError, match="does not check order 3"):
        check_grads(np.sin, (1.0,), order=3)
    with pytest.raises(errors.UnsupportedError, match="knows no mode 'forward'"):
        check_grads(np.sin, (1.0,), modes=("forward",))
    with pytest.raises(errors.CheckError, match="none of the arguments can carry a derivative"):
        check_grads(lambda n: 1.0, (3,))


# ------------------------------------------------------------------------------- srcad's own derivatives


def normalised(x, scale):
    y = np.zeros(x.shape)
    for i in range(x.shape[0]):
        y[i] = x[i] * scale["s"] if x[i] > 0 else -x[i]
    return np.sum(np.tanh(y)) / np.linalg.norm(x)


def test_srcad_passes():
    check_grads(normalised, (np.array([0.3, -0.2, 0.9]), {"s": 2.0}))


def test_srcad_passes_in_float32():
    def sines(x):
        return np.sum(np.sin(x))

    check_grads(sines, (np.array([0.3, -0.2, 0.9], dtype=np.float32),))


def logistic(params, x, labels):
    z = x @ params["w"] + params["b"]
    return np.sum(np.log1p(np.exp(z)) - labels * z)


def test_srcad_second_derivatives(rng):
    check_grads(normalised, (rng.normal(size=4), {"s": 1.5}), order=2)
    check_grads(np.sin, (1.0,), order=2)
    params = {"w": rng.normal(size=3), "b": np.float64(0.2), "name": "logistic"}
    check_grads(logistic, (params, rng.normal(size=(5, 3)), np.array([0, 1, 1, 0, 1])), order=2)


def cube(x):
    return x**3


def three_squares(x):
    return 3 * x**2


def cubed(x):
    return cube(x)


def test_a_wrong_second_derivative_is_named(monkeypatch):
    monkeypatch.setattr(register, "_registry", dict(register._registry))
    register.constant(three_squares)  # so the rule is right, and the derivative of the rule is not

    @register.partials(cube, "x")
    def _(out, x):
        return three_squares(x)

    with pytest.raises(errors.CheckError) as caught:
        check_grads(cubed, (2.0,), order=2)
    text = str(caught.value)
    assert "derivative of" in text and "cubed along a direction" in text, text
    check_grads(cubed, (2.0,), order=1)


def test_second_order_takes_the_precision_of_the_arguments():
    check_grads(lambda x: np.sum(x**3), (np.array([1.0, 2.0], np.float32),), order=2)


def several(params, n):
    z = np.outer(params["w"], params["w"]) * n
    return {"z": z, "n": n, "pair": (np.sum(z), np.exp(params["b"]))}


def test_results_of_any_structure():
    check_grads(several, ({"w": np.array([0.5, -1.0]), "b": 0.3}, 3))
    check_grads(lambda x: x * np.array([1j, 2.0]), (np.array([0.5, 0.2]),))


def test_a_wrong_cotangent_of_an_array_is_found(monkeypatch):
    monkeypatch.setattr(register, "_registry", dict(register._registry))

    @register.partials(cube, "x")
    def _(out, x):
        return 2 * x**2

    with pytest.raises(errors.CheckError, match="differs from difference quotients"):
        check_grads(cubed, (np.array([1.0, 2.0]),))


# ------------------------------------------------------------------------------------------- forward mode


def test_forward_mode_is_checked_with_results_of_any_structure():
    def f(x, p):
        y = np.tanh(x) * p["s"]
        y[0] *= y[1]
        return y, {"sum": np.sum(y), "name": p["name"]}

    args = (np.array([0.3, -0.7, 1.2]), {"s": 2.0, "name": "p"})
    check_grads(f, args, modes=("fwd",))
    check_grads(lambda x, p: np.sum(f(x, p)[0]), args, order=2, modes=("fwd", "rev"))


def test_a_wrong_tangent_is_found():
    opaque = np.frompyfunc(lambda x: x * x, 1, 1)

    @register.adjoint(opaque, "x")
    def _(d_out, out, x):
        return d_out * 2.0 * x

    @register.tangent(opaque, "x")
    def _(dot_x, out, x):
        return 2.5 * x * dot_x

    check_grads(lambda x: opaque(x) * 1.0, (1.5,))
    with pytest.raises(errors.CheckError, match=r"the tangent of .* differs from difference quotients"):
        check_grads(lambda x: opaque(x) * 1.0, (1.5,), modes=("rev", "fwd"))


def test_second_order_of_functions_that_return_arrays_and_structures():
    x = np.array([0.5, -1.2, 0.8])
    check_grads(lambda x: np.outer(np.sin(x), x), (x,), order=2)
    check_grads(lambda x, n, p: (x * p["a"] * n, {"s": np.sum(x), "k": 3}), (x, 2, {"a": 1.5, "n": "s"}), order=2)
    check_grads(lambda z: z**3 * z[0], (x + 1j,), order=2)


def half_right(x):
    return np.asarray(x) ** 2


@srcad.adjoint(half_right, "x")
def _(d_out, out, x):
    return d_out * 2 * srcad.stop_gradient(x)


def test_a_second_derivative_that_is_wrong_is_found_behind_a_right_first_one():
    x = np.array([0.5, -1.2, 0.8])
    check_grads(half_right, (x,))
    with pytest.raises(errors.CheckError, match="differs from difference quotients"):
        check_grads(half_right, (x,), order=2)
