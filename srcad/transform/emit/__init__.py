"""Emission: a Wengert list becomes the text of a Python function that a person could have written, and the function.

Guarantee.  The function computes what the list says, step for step.

`folding` puts steps into the expressions that read them, `liveness` and `naming` choose variables, `expressions`
and `statements` make trees, `references` and `constants` say what stands outside, `printing` makes text, and
`program` puts it together.
"""

from srcad.transform.emit.program import Program, compile_program, emit, origin

__all__ = ["Program", "compile_program", "emit", "origin"]
