"""What is known of a value without running the program: the lattice of facts.

A fact says of a value its kind (number, array, tuple, list, dict, a known object), its dtype, and per axis
whether the length is one, not one, or unknown.  Facts are hashable and compare by content, so that derivatives
are cached by them.  They never hold sizes: a derivative made for one batch size serves them all.  What is
not known is `UNKNOWN`; whoever reads a fact must be right for UNKNOWN too.

An axis is a `Dim`.  Two axes with the same symbol have the same length; axes with different symbols may or may
not.  NumPy's broadcasting is decided by "one or not one", which is why that is what a Dim remembers.
"""

from __future__ import annotations

from srcad.facts.algebra import (
    broadcast,
    dtype_of,
    elementwise,
    is_active_type,
    is_numeric,
    is_text,
    operator_fact,
    promote,
    shape_of,
)
from srcad.facts.classes import class_of_value, classes_named, is_instance
from srcad.facts.kinds import (
    ABSENT,
    BOOL,
    COMPLEX,
    DEVICE,
    FLOAT,
    INT,
    NOTHING,
    ONE,
    UNKNOWN,
    Array,
    Callee,
    Dict,
    Dim,
    Either,
    Fact,
    Instance,
    Iterator,
    Known,
    List,
    Nested,
    Nothing,
    Number,
    Structure,
    Tuple,
    Unknown,
    element,
    some_dim,
)
from srcad.facts.lattice import (
    alternatives,
    constant_fact,
    fact_of,
    join,
    join_all,
    joined_slots,
    level_of,
    shadow_fact,
    widen,
    with_own_axes,
)

__all__ = [
    "ABSENT",
    "BOOL",
    "COMPLEX",
    "DEVICE",
    "FLOAT",
    "INT",
    "NOTHING",
    "ONE",
    "UNKNOWN",
    "Array",
    "Callee",
    "Dict",
    "Dim",
    "Either",
    "Fact",
    "Instance",
    "Iterator",
    "Known",
    "List",
    "Nested",
    "Nothing",
    "Number",
    "Structure",
    "Tuple",
    "Unknown",
    "alternatives",
    "broadcast",
    "class_of_value",
    "classes_named",
    "constant_fact",
    "dtype_of",
    "element",
    "elementwise",
    "fact_of",
    "is_active_type",
    "is_instance",
    "is_numeric",
    "is_text",
    "join",
    "join_all",
    "joined_slots",
    "level_of",
    "operator_fact",
    "promote",
    "shadow_fact",
    "shape_of",
    "some_dim",
    "widen",
    "with_own_axes",
]
