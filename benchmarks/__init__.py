"""What srcad's gradients cost beside gradients written by hand, autograd and JAX: `python -m benchmarks`.

Every competitor computes value and gradient of the same function at the same arguments.  Its result is compared
with the hand-written one before anything is timed.  Rounds are interleaved in one process, so that a busy
machine is busy for all, and medians are printed with their ratio to the hand-written program.

What a gradient keeps in memory is measured by `python -m benchmarks.memory`.
"""
