"""Array modules: found by the type of the arrays, never mixed, never imported unasked."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from standin import Array, xp

from srcad import arrays, errors


class Subclass(np.ndarray):
    pass


@pytest.mark.parametrize("leaf", [np.ones(2), np.array(1.0), np.ones(2).view(Subclass), np.ma.masked_array([1.0])])
def test_arrays_of_numpy(leaf):
    assert arrays.module_of(leaf) is np
    assert arrays.array_module(1.0, leaf, None) is np


@pytest.mark.parametrize(
    "leaf", [1, 1.0, 1j, True, "text", None, np.float32(1), np.int64(1), np.sin, int, np, [np.ones(2)]]
)
def test_what_is_no_array(leaf):
    assert arrays.module_of(leaf) is None
    assert arrays.array_module(leaf) is np


def test_a_registered_module_serves_its_arrays_and_their_subclasses():
    class Special(Array):
        pass

    assert arrays.array_module(xp.ones(2), 1.0, np.float32(2)) is xp
    assert arrays.array_module(Special(np.ones(2))) is xp


def test_a_type_named_like_cupys_belongs_to_cupy(monkeypatch):
    fake = type(sys)("cupy")
    array_type = type("ndarray", (), {"__module__": "cupy"})
    monkeypatch.setitem(sys.modules, "cupy", fake)
    assert arrays.array_module(array_type()) is fake
    with pytest.raises(errors.ArgumentError, match=r"arrays of CuPy and NumPy meet .*\n.*to_device\(x, 'cupy'\)"):
        arrays.array_module(array_type(), np.ones(1))
    arrays._module_of_type.clear()


def test_mixed_arrays_are_refused_with_their_places():
    params = {"w": xp.ones(2), "b": 1.0}
    with pytest.raises(errors.ArgumentError) as caught:
        arrays.array_module_of_trees(params, [1.0, np.ones(2)], names=("params", "x"))
    assert str(caught.value) == (
        "arrays of standin and NumPy meet in one call: params['w'] is of standin, x[1] is of NumPy\n"
        "Instead: move all arrays to one device first, for example with srcad.arrays.to_device(x, 'standin')"
    )


def test_to_device_and_back():
    tree = {"w": np.arange(3.0), "n": 2, "name": "x", "none": None, "s": np.float32(1)}
    moved = arrays.to_device(tree, xp)
    assert type(moved["w"]) is Array and moved["n"] == 2 and moved["s"] is tree["s"] and moved["none"] is None
    assert arrays.to_device(moved, xp)["w"] is moved["w"]
    back = arrays.to_device(moved, "numpy")
    assert type(back["w"]) is np.ndarray and back["w"].tolist() == [0.0, 1.0, 2.0]
    assert not np.shares_memory(back["w"], tree["w"])


def test_unknown_devices_are_refused():
    with pytest.raises(errors.ArgumentError, match="there is no device 'tpu'"):
        arrays.to_device(1.0, "tpu")
    with pytest.raises(errors.ArgumentError, match="is no array module"):
        arrays.to_device(1.0, sys)
    with pytest.raises(errors.ArgumentError, match="is no class"):
        arrays.register_array_module(np.ones(1), xp)


@pytest.mark.skipif(importlib.util.find_spec("cupy") is not None, reason="CuPy is installed here")
def test_a_missing_cupy_is_an_error_with_a_remedy():
    with pytest.raises(errors.ArgumentError, match=r"pip install srcad\[cuda12\]"):
        arrays.to_device(np.ones(1), "cupy")


def test_a_missing_gpu_is_an_error_with_a_remedy(monkeypatch):
    fake = type(sys)("cupy")
    fake.is_available = lambda: False
    monkeypatch.setitem(sys.modules, "cupy", fake)
    with pytest.raises(errors.ArgumentError, match="CuPy finds no GPU"):
        arrays.to_device(np.ones(1), "cupy")


def test_cupy_is_not_imported_unasked():
    code = (
        "import sys, numpy; from srcad import arrays; arrays.array_module(numpy.ones(1)); print('cupy' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


# --------------------------------------------------------------------------------- the stand-in itself


def test_the_stand_in_refuses_what_cupy_refuses():
    x, host = xp.ones(3), np.ones(3)
    for refused in (
        lambda: x + host,
        lambda: host + x,
        lambda: np.asarray(x),
        lambda: np.sin(x),
        lambda: np.zeros_like(x),
        lambda: xp.sin(host),
        lambda: xp.concatenate([x, host]),
        lambda: x.__setitem__(0, host),
        lambda: host.__setitem__(0, xp.ones(2)),
    ):
        with pytest.raises((TypeError, ValueError)):
            refused()


def test_the_stand_in_computes_as_numpy_does_and_counts_synchronisation():
    before = xp.synchronisations
    x = xp.arange(6.0).reshape(2, 3)
    y = xp.tanh(x @ x.T) * np.float32(2) + 1
    y[0] -= xp.ones(2)
    view = x[1]
    view += 1.0
    total, s = xp.sum(x), x[0, 0]
    xp.add.at(x, ([0, 0], [1, 1]), 1.0)
    assert type(total) is Array and total.shape == () and type(s) is Array
    assert xp.linalg.norm(x).shape == () and xp.sin is xp.sin
    assert xp.synchronisations == before
    assert float(total) == 18.0 and xp.asnumpy(x).tolist() == [[0.0, 3.0, 2.0], [4.0, 5.0, 6.0]]
    assert xp.synchronisations == before + 2
