"""What is refused for good: what the source does not show, or what is no derivative."""

import asyncio
import ctypes
import pickle

import numpy as np

from .registry import example

V = np.array([0.3, -1.1, 0.7, 1.9])
SEEN = []


@example((1.5,))
def eval_of_text(x):
    return eval("x * x")


@example((1.5,))
def exec_of_text(x):
    exec("y = x")
    return x * x


@example((1.5,))
def locals_of_the_frame(x):
    return locals()["x"] * x


@example((1.5,))
def name_not_assigned(x):
    y += x
    return y


@example((V,))
def function_without_rule(x):
    return np.sum(np.from_dlpack(x))


@example((V,))
def bytes_of_an_array(x):
    return np.frombuffer(pickle.loads(pickle.dumps(x)))[0]


@example((V,))
def number_read_from_text(x):
    return float(f"{x[0]:.3f}") * x[1]


@example((V,))
def ctypes_pointer(x):
    return x.ctypes.data_as(ctypes.POINTER(ctypes.c_double))[0]


@example((V,))
def global_list_appended(x):
    SEEN.append(x)
    return np.sum(SEEN[-1] * x)


def _kept(x, seen=[]):
    seen.append(x)
    return seen[-1] * x


@example((1.5,))
def mutable_default(x):
    return _kept(x)


@example((3,))
def integer_argument(n):
    return n * n


@example(("word",))
def string_argument(word):
    return len(word) * 1.0


@example((V,))
def array_as_result(x):
    return x * x


async def _square(x):
    return x * x


@example((1.5,))
def event_loop(x):
    return asyncio.run(_square(x))
