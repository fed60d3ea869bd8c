"""Rewrites a lowered function for arguments of which certain facts are known.

Guarantee: the result computes what the function computes, for all arguments with these facts, and every name of
it has a fact.  On the way this pass decides what Python leaves open: which arm a test takes, which function a
call reaches (calls of functions with source are inlined), whether `op=` writes or rebinds, what `*args` are.
It is the abstract interpreter of the design: loops are iterated until the facts of what they carry are stable.

`run` holds the state and walks the list; the other files each decide one kind of node.
"""

from srcad.transform.specialise.run import Specialiser, specialise

__all__ = ["Specialiser", "specialise"]
