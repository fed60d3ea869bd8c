"""The rules of SciPy's functions, where SciPy is installed; without it, srcad does without them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from rules.in_programs import along, check_gradient, program

import srcad
from srcad.rules import register, testing
from srcad.wengert import callee_name

special = pytest.importorskip("scipy.special", reason="SciPy is not installed")
linalg = pytest.importorskip("scipy.linalg", reason="SciPy is not installed")
signal = pytest.importorskip("scipy.signal", reason="SciPy is not installed")
register.lookup(special.gamma)  # the rules register themselves once one is asked for
PRIMITIVES = [
    entry
    for entry in register.primitives()
    if entry.rule is not None and ".scipy" in getattr(entry.rule.body, "__module__", "")
]


def test_importing_srcad_does_not_import_scipy():
    code = "import sys, srcad, srcad.rules; assert not any(m.split('.')[0] == 'scipy' for m in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_there_are_rules():
    assert len(PRIMITIVES) > 120


@pytest.mark.parametrize("entry", PRIMITIVES, ids=[callee_name(entry.callee) for entry in PRIMITIVES])
def test_a_rule(entry):
    testing.check_rule(entry.callee)


@pytest.mark.parametrize("entry", PRIMITIVES, ids=[callee_name(entry.callee) for entry in PRIMITIVES])
def test_a_rule_in_programs(entry):
    function, args = next(made for one in entry.samples if (made := program(entry, one)) is not None)
    check_gradient(function, args)
    check_gradient(along(function, args), args, tolerance=2e-5)


def test_a_program_of_several():
    def negative_log_likelihood(p, x):
        return np.sum(special.gammaln(p["a"]) + p["a"] * np.log(p["b"]) - special.xlogy(p["a"] - 1.0, x) + x / p["b"])

    srcad.check_grads(negative_log_likelihood, ({"a": 1.5, "b": 2.0}, np.array([0.5, 1.5, 2.5])))


def test_the_order_of_a_bessel_function_is_refused():
    with pytest.raises(srcad.DifferentiationError, match="with respect to its argument v"):
        srcad.grad(lambda v: special.jv(v, 1.5))(0.5)
