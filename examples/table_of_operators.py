"""Reverse mode in thirty lines: a table of operators and their derivatives, and an interpreter that walks a list.

    python examples/table_of_operators.py --show-source --plot table.svg

The list is the one srcad makes of the function.  The interpreter evaluates it step by step and then walks back,
looking up each derivative as it goes; the generated program has looked them up once, when it was written.  Both
give the same numbers.
"""

from __future__ import annotations

import math
import operator

import common
import numpy as np

import srcad

TABLE = {
    # what a step calls: the derivatives with respect to each operand
    operator.add: (lambda out, a, b: 1.0, lambda out, a, b: 1.0),
    operator.sub: (lambda out, a, b: 1.0, lambda out, a, b: -1.0),
    operator.mul: (lambda out, a, b: b, lambda out, a, b: a),
    operator.truediv: (lambda out, a, b: 1.0 / b, lambda out, a, b: -out / b),
    operator.neg: (lambda out, a: -1.0,),
    operator.pow: (lambda out, a, n: n * a ** (n - 1), lambda out, a, n: out * math.log(a)),
    np.exp: (lambda out, a: out,),
    np.log: (lambda out, a: 1.0 / a,),
    np.sin: (lambda out, a: np.cos(a),),
    np.cos: (lambda out, a: -np.sin(a),),
    np.tanh: (lambda out, a: 1.0 - out * out,),
    np.square: (lambda out, a: 2.0 * a,),
    np.maximum: (lambda out, a, b: float(a > b), lambda out, a, b: float(a < b)),
}


def interpreted(steps, arguments):
    """The value of a Wengert list of numbers and its gradient, by walking it forwards and back."""
    values = {p.name: v for p, v in zip(steps.params, arguments, strict=True)}

    def read(operand):
        return values[operand] if isinstance(operand, str) else operand.value

    for step in steps.body:
        values[step.target] = step.callee(*map(read, step.operands))

    cotangents = dict.fromkeys(values, 0.0)
    cotangents[steps.result] = 1.0
    for step in reversed(steps.body):
        operands = list(map(read, step.operands))
        for operand, derivative in zip(step.operands, TABLE[step.callee], strict=True):
            if isinstance(operand, str):
                cotangents[operand] += cotangents[step.target] * derivative(values[step.target], *operands)
    return values[steps.result], tuple(cotangents[p.name] for p in steps.params)


def f(x, y):
    a = np.sin(x) * y + np.exp(-x)
    b = np.tanh(a / y) - np.log(y)
    return np.maximum(a, b) ** 2


AT = (0.6, 1.7)
generated = srcad.value_and_grad(f, argnums=(0, 1))


def results():
    value, gradient = generated(*AT)
    value_2, gradient_2 = interpreted(generated.wengert, AT)
    return {
        "value, generated": value,
        "value, interpreted": value_2,
        "gradient, generated": gradient,
        "gradient, interpreted": gradient_2,
    }


def main(arguments=None):
    options = common.parse(__doc__, arguments)
    print(generated.wengert, end="\n\n")
    common.show_sources(options, generated.source_for(*AT))
    common.show(results())
    common.saved(options, lambda file: srcad.graph(f)(*AT).save(file))


if __name__ == "__main__":
    main()
