"""What srcad's gradients cost beside gradients written by hand, autograd, JAX and PyTorch: `python -m benchmarks`.

Every competitor computes value and gradient of the same function at the same arguments.  Its result is compared
with the hand-written one before anything is timed.  Rounds are interleaved in one process, so that a busy
machine is busy for all, and medians are printed with their ratio to the hand-written program.

    python -m benchmarks              time, for each workload
    python -m benchmarks.peak         the most memory that a gradient takes
    python -m benchmarks.overheads    import, transformation, dispatch
    python -m benchmarks.memory       what tapes keep, against bounds
"""
