"""Which of NumPy's public names have a derivative: every one has a rule, is declared constant, or has a stated reason.

    python -m pytest tests/coverage     # no name is merely missing, the page says what is registered
    python -m tests.coverage            # writes docs/numpy-coverage.md

What has neither a rule nor a declaration stands in `reasons.py`, and is to leave it: a name listed there that has got a
rule fails the test.
"""
