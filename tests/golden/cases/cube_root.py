"""A while loop records one value a trip, and computes again what is cheap."""


def function(a, start):
    x = start
    while abs(x * x * x - a) > 1e-12:
        x = (2.0 * x + a / (x * x)) / 3.0
    return x


wrt = 0


def arguments(rng):
    return 2.0 + rng.random(), 1.5

# generated
def function_grad(a, start):
    """Gradient of function (cube_root.py:4) with respect to a.

    For a: float; start: float.
    """
    tape = []
    x = start
    while abs(x * x * x - a) > 1e-12:
        x_2 = (2.0 * x + a / (x * x)) / 3.0
        tape.append(x)
        x = x_2

    # while abs(x * x * x - a) > 1e-12:
    d_x = 1.0
    d_a = 0.0
    for x in reversed(tape):
        # x = (2.0 * x + a / (x * x)) / 3.0
        t = x * x
        d_a_2 = 0.3333333333333333 * d_x / t
        t = d_a_2 * (a / t)
        d_a += d_a_2
        d_x = 0.6666666666666666 * d_x - 2.0 * (t * x)
    return d_a
