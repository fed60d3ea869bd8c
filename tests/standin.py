"""A strict stand-in for CuPy, for machines without a GPU.

`xp` looks like a module with NumPy's functions and has an array class of its own around NumPy's.  It is strict
where CuPy is: its arrays never mix with NumPy's arrays, cannot be converted to them implicitly, and reductions
and indexing give 0-dimensional arrays, never scalars.  What would make a GPU wait for the host, `float(x)`,
`int(x)`, `bool(x)`, `x.item()`, `x.tolist()` and `xp.asnumpy(x)`, is counted in `xp.synchronisations`.
"""

from __future__ import annotations

import operator
import types

import numpy as np

from srcad.arrays import register_array_module


class Array:
    """An array of the stand-in module; NumPy must not touch it."""

    __array_ufunc__ = None
    __hash__ = None

    def __init__(self, host):
        self._host = host

    def __array__(self, *args, **kwargs):
        raise TypeError("implicit conversion of a stand-in array to a NumPy array; use xp.asnumpy")

    def __array_function__(self, function, *rest):
        raise TypeError(f"numpy.{function.__name__} was called with a stand-in array; call xp.{function.__name__}")

    def __getattr__(self, name):
        if name.startswith("__") or name in ("ctypes", "data", "tobytes", "dump", "dumps", "tofile"):
            raise AttributeError(name)
        value = getattr(self._host, name)
        return _device_function(value) if callable(value) else _to_device(value)

    def __setattr__(self, name, value):
        if name != "_host":
            raise AttributeError(f"{name} cannot be set")
        super().__setattr__(name, value)

    def __getitem__(self, key):
        return Array(self._host[_view_key(_to_host(key))])

    def __setitem__(self, key, value):
        self._host[_to_host(key)] = _to_host(value)

    def __len__(self):
        return len(self._host)

    def __iter__(self):
        return (self[i] for i in range(len(self._host)))

    def __repr__(self):
        return f"standin.{self._host!r}"

    def __copy__(self):
        return Array(self._host.copy())

    def __deepcopy__(self, memo):
        return Array(self._host.copy())

    def item(self, *args):
        xp.synchronisations += 1
        return self._host.item(*args)

    def tolist(self):
        xp.synchronisations += 1
        return self._host.tolist()

    def __float__(self):
        xp.synchronisations += 1
        return float(self._host)

    def __int__(self):
        xp.synchronisations += 1
        return int(self._host)

    def __complex__(self):
        xp.synchronisations += 1
        return complex(self._host)

    def __index__(self):
        xp.synchronisations += 1
        return operator.index(self._host)

    def __bool__(self):
        xp.synchronisations += 1
        return bool(self._host)


def _define_operators():
    binary = ("add sub mul truediv floordiv mod pow matmul and xor or lshift rshift divmod").split()
    names = [f"__{prefix}{name}__" for name in binary for prefix in ("", "r")]
    names += [f"__{name}__" for name in "lt le gt ge eq ne neg pos abs invert".split()]
    for name in names:
        setattr(Array, name, _operator_method(name))
    for name in binary[:-1]:
        setattr(Array, f"__i{name}__", _in_place_method(f"__i{name}__"))


def _operator_method(name):
    def method(self, *others):
        return _to_device(getattr(self._host, name)(*_to_host(others)))

    return method


def _in_place_method(name):
    def method(self, other):
        getattr(self._host, name)(_to_host(other))
        return self

    return method


_define_operators()


class Module:
    """NumPy's functions for the arrays of this module."""

    def __init__(self, host, name):
        self._host = host
        self.__name__ = name
        self.synchronisations = 0

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self._host, name)
        if isinstance(value, types.ModuleType):
            value = Module(value, f"{self.__name__}.{name}")
        elif name == "ndarray":
            value = Array
        elif callable(value) and not isinstance(value, type):
            value = Function(value)
        setattr(self, name, value)  # so that xp.sin is xp.sin
        return value

    def asnumpy(self, array):
        self.synchronisations += 1
        return array._host.copy()

    def asarray(self, value, dtype=None):
        if isinstance(value, Array):
            return Array(np.asarray(value._host, dtype))
        return Array(np.array(_to_host(value, explicit=True), dtype))  # a transfer always copies

    def array(self, value, dtype=None, **kwargs):
        return Array(np.array(_to_host(value, explicit=True), dtype, **kwargs))


class Function:
    """One of NumPy's functions or ufuncs, for the arrays of this module."""

    def __init__(self, host):
        self._host = host
        self.__name__ = host.__name__

    def __call__(self, *args, **kwargs):
        return _device_function(self._host)(*args, **kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self._host, name)  # `at`, `reduce`, ... of a ufunc
        return _device_function(value) if callable(value) else value

    def __repr__(self):
        return f"<standin {self.__name__}>"


def _device_function(host_function):
    def call(*args, **kwargs):
        out = kwargs.get("out")
        result = _to_device(host_function(*_to_host(args), **_to_host(kwargs)))
        return result if out is None else out

    return call


def _to_host(value, explicit=False):
    if isinstance(value, Array):
        return value._host
    if isinstance(value, np.ndarray) and not explicit:
        raise TypeError("a NumPy array meets stand-in arrays; move it to the device first")
    if isinstance(value, (tuple, list)):
        return type(value)(_to_host(item, explicit) for item in value)
    if isinstance(value, dict):
        return {key: _to_host(item, explicit) for key, item in value.items()}
    return value


def _to_device(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return Array(np.asarray(value))
    if isinstance(value, tuple) and type(value) is not tuple:  # the named tuples of np.linalg
        return type(value)(*(_to_device(item) for item in value))
    if isinstance(value, (tuple, list)):
        return type(value)(_to_device(item) for item in value)
    return value


def _view_key(key):
    """The key with an Ellipsis, with which NumPy gives a 0-dimensional view where it would give a scalar."""
    keys = key if isinstance(key, tuple) else (key,)
    return keys if any(k is Ellipsis for k in keys) else (*keys, Ellipsis)


xp = Module(np, "standin")
register_array_module(Array, xp)
