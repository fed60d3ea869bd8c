"""Text made of values that carry a derivative: shown, compared or used as a key, but never read back as a number."""

import json

import numpy as np
import pytest
from programs.checking import Programs, check, refused

from srcad import value_and_grad

V = np.array([0.5, -1.2, 2.5])
programs = Programs()
refusals = []


def refusing(*words):
    """Notes a function of a vector, and what its refusal says."""

    def note(function):
        refusals.append(pytest.param(function, words, id=function.__name__))
        return function

    return note


@refusing("float reads a number from text", "make text of it only to show it")
def number_of_a_string(x):
    return float(str(x[0])) * x[1]


@refusing("float reads a number from text")
def number_of_a_formatted_string(x):
    return float(f"{x[0]:.17g}") * x[1]


@refusing("float reads a number from text")
def number_of_a_percent_format(x):
    return float("%.17g" % x[0]) * x[1]  # noqa: UP031


@refusing("complex reads a number from text")
def complex_number_of_a_string(x):
    return complex(repr(x[0].item())).real * x[1]


@refusing("float reads a number from text")
def numbers_joined_and_split(x):
    joined = ",".join([str(v) for v in x])
    total = 0.0
    for part in joined.split(","):
        total += float(part) ** 2
    return total


@refusing("array reads a number from text")
def array_of_strings(x):
    return np.sum(np.array([str(v) for v in x], dtype=float) ** 2)


@refusing(".astype reads a number from text")
def array_of_strings_converted(x):
    return np.sum(x.astype(str).astype(float) ** 2)


@refusing("the result may come from text")
def json_there_and_back(x):
    return json.loads(f"[{x[0]}]")[0] * x[1]


@refusing("float reads a number from text")
def text_in_a_dict(x):
    d = {"a": str(x[0]), "b": x[1]}
    return float(d["a"]) * d["b"]


class Labelled:
    """A value with a label made of it."""

    def __init__(self, value):
        self.value = value
        self.label = f"<{value}>"


@refusing("float reads a number from text")
def text_in_an_attribute(x):
    return float(Labelled(x[0]).label[1:-1]) * x[1]


@refusing("float reads a number from text")
def text_carried_by_a_loop(x):
    text, total = "0.0", 0.0
    for i in range(3):
        total += float(text) * x[i]
        text = str(total + x[i])
    return total


def parsed(text):
    value = float(text)
    doubled = value * 2.0
    return value + doubled


@refusing("float reads a number from text")
def number_read_from_a_key(x):
    d = {}
    d[str(x[0] * 2.0)] = x[1]
    t = 0.0
    for k, v in d.items():
        t += float(k) * v
    return t


@refusing("the result may come from text")
def text_read_by_a_helper(x):
    return parsed(f"{x[0]}") * x[1]


@pytest.mark.parametrize(("function", "words"), refusals)
def test_refused(function, words):
    refused(function, (V,), *words)


@programs.on((V,))
def keys_made_of_values(x):
    squares = {}
    for v in x:
        squares[f"{v:.1f}"] = v * v
    return squares["0.5"] * squares["2.5"] + sum(squares.values())


@programs.on((V,))
def message_of_an_error(x):
    if x[0] > 10.0:
        raise ValueError(f"too large: {x}")
    assert x[1] < 10.0, f"too large: {x}"
    return np.sum(x**2)


@programs.on((V,))
def log_of_a_loop(x):
    log = []
    for v in x:
        log.append(f"{v}")
    return np.sum(x**2) * len(log)


def checked(x, message):
    if np.any(np.isnan(x)):
        raise ValueError(message)
    y = x * 2.0
    return y


@programs.on((V,))
def message_given_to_a_helper(x):
    return np.sum(checked(x, f"not a number in {x}") ** 2)


@programs.on((V,))
def text_that_decides_a_branch(x):
    return x[0] * 2.0 if str(x[0]).startswith("0") else x[1]


@programs.on((V,))
def text_beside_a_value(x):
    pair = (np.sum(x**2), f"{x}")
    labelled = Labelled(x)
    return pair[0] + np.sum(labelled.value**3) + len(labelled.label)


@programs.on((V,))
def integer_read_from_text(x):
    return int(str(x[2])[0]) * x[1]


@pytest.mark.parametrize(("function", "args"), programs.cases)
def test_program(function, args):
    check(function, args)


def test_text_beside_the_value_as_aux():
    (value, text), gradient = value_and_grad(lambda x: (x * x, f"{x:.1f}"), has_aux=True)(3.0)
    assert (value, text, gradient) == (9.0, "3.0", 6.0)
