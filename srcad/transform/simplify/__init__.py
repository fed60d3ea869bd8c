"""Simplification of Wengert lists: small exact passes, one a file, and the pipeline that applies them."""

from srcad.transform.analyses.effects import is_pure, reads_memory, writes_of
from srcad.transform.analyses.memory import written_names
from srcad.transform.simplify.accumulate import accumulate_in_place
from srcad.transform.simplify.buffers import reuse_buffers
from srcad.transform.simplify.copies import remove_copies
from srcad.transform.simplify.late import store_zeros_late
from srcad.transform.simplify.order import bring_together
from srcad.transform.simplify.own import own_results
from srcad.transform.simplify.pipeline import simplify, simplify_block
from srcad.transform.simplify.stacks import stack_tapes
from srcad.transform.simplify.undefined import define_copied

__all__ = [
    "accumulate_in_place",
    "bring_together",
    "define_copied",
    "is_pure",
    "own_results",
    "reads_memory",
    "remove_copies",
    "reuse_buffers",
    "simplify",
    "simplify_block",
    "stack_tapes",
    "store_zeros_late",
    "writes_of",
    "written_names",
]
