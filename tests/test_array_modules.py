"""Derivatives of arrays that are not NumPy's: the stand-in everywhere, CuPy where there is a GPU.

The functions are written for NumPy.  What they allocate themselves must land where the arguments live, and
nothing may wait for the GPU unless the function itself does.
"""

import numpy as np
import pytest
from standin import Array, xp

import srcad
from srcad import arrays, errors


def tanh_layer(params, x):
    h = np.tanh(x @ params["w"] + params["b"])
    return np.sum(h * h)


def softmax(params, x):
    z = x @ params["w"] + params["b"]
    z = z - np.max(z, axis=1, keepdims=True)
    return -np.mean(z[:, 0] - np.log(np.sum(np.exp(z), axis=1)))


def own_buffer(params, x):
    out = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        out[i] = np.sum(x[i] @ params["w"]) + params["b"][0]
    return np.sum(np.sin(out))


def in_place(params, x):
    y = x @ params["w"]
    y += params["b"]
    y[0] *= 2.0
    y[1:] = np.maximum(y[1:], 0.0)
    return np.sum(y**2) / y.size


def parts(params, x):
    y = np.concatenate([x @ params["w"], np.ones((1, 3))])
    y = np.stack([y, y * 2.0]).reshape(2, -1).T
    return np.linalg.norm(y) + np.einsum("ij,ij->", y, y)


FUNCTIONS = [tanh_layer, softmax, own_buffer, in_place, parts]


def arguments(dtype):
    rng = np.random.default_rng(3)
    params = {"w": rng.normal(size=(4, 3)).astype(dtype), "b": rng.normal(size=3).astype(dtype)}
    return params, rng.normal(size=(5, 4)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_stand_in_gives_numpys_gradients_without_synchronisation(function, dtype):
    args = arguments(dtype)
    gradient = srcad.grad(function)
    expected = gradient(*args)
    on_device = arrays.to_device(args, xp)
    before = xp.synchronisations
    got = gradient(*on_device)
    assert xp.synchronisations == before
    for name in ("w", "b"):
        assert type(got[name]) is Array
        assert got[name].dtype == dtype
        np.testing.assert_allclose(xp.asnumpy(got[name]), expected[name], rtol=1e-5, atol=1e-6)


def test_one_derivative_serves_both_modules_in_turn():
    args = arguments(np.float64)
    gradient = srcad.value_and_grad(tanh_layer)
    for _ in range(2):
        assert type(gradient(*args)[1]["w"]) is np.ndarray
        assert type(gradient(*arrays.to_device(args, xp))[1]["w"]) is Array


def test_the_value_stays_on_the_device():
    value, _ = srcad.value_and_grad(tanh_layer)(*arrays.to_device(arguments(np.float64), xp))
    assert type(value) is Array
    assert value.shape == ()


def test_the_arguments_stay_as_they_were():
    def overwrites(x):
        x *= 2.0
        return np.sum(x * x)

    x = xp.asarray([1.0, 2.0])
    gradient = srcad.grad(overwrites)(x)
    assert xp.asnumpy(x).tolist() == [1.0, 2.0]
    assert xp.asnumpy(gradient).tolist() == [8.0, 16.0]


def test_mixed_arguments_are_refused():
    params, x = arguments(np.float64)
    with pytest.raises(errors.ArgumentError, match=r"params\['w'\].* is of standin, x is of NumPy|meet in one call"):
        srcad.grad(tanh_layer)(arrays.to_device(params, xp), x)


def test_a_function_that_synchronises_does_so_as_often_as_in_a_plain_call():
    def stops(x):
        y = x
        while float(np.sum(y)) > 1.0:
            y = y * 0.5
        return np.sum(y * x)

    x = xp.asarray([3.0, 4.0])
    before = xp.synchronisations
    got = srcad.grad(stops)(x)
    assert xp.synchronisations - before == 4  # the test of the loop is made four times
    np.testing.assert_allclose(xp.asnumpy(got), [0.75, 1.0])


# ------------------------------------------------------------------------------------------------- CuPy


@pytest.fixture
def cupy():
    module = pytest.importorskip("cupy", reason="CuPy is not installed", exc_type=ImportError)
    if not module.is_available():
        pytest.skip("CuPy finds no GPU")
    return module


@pytest.mark.cupy
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_cupy_gives_numpys_gradients(cupy, function, dtype):
    args = arguments(dtype)
    gradient = srcad.grad(function)
    expected = gradient(*args)
    got = gradient(*arrays.to_device(args, "cupy"))
    for name in ("w", "b"):
        assert isinstance(got[name], cupy.ndarray)
        assert got[name].dtype == dtype
        np.testing.assert_allclose(cupy.asnumpy(got[name]), expected[name], rtol=1e-4, atol=1e-5)


@pytest.mark.cupy
def test_mixing_numpy_and_cupy_is_refused(cupy):
    params, x = arguments(np.float64)
    with pytest.raises(errors.ArgumentError, match=r"to_device\(x, 'cupy'\)"):
        srcad.grad(tanh_layer)(arrays.to_device(params, "cupy"), x)
