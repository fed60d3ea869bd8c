"""One tuple a trip; the number of trips after a break is the length of the tape."""

import numpy as np


def function(w, u, inputs, state):
    energy = 0.0
    for x in inputs:
        state = np.tanh(w @ state + u @ x)
        if state[0] > 0.95:
            break
        energy += state @ state
    return energy


wrt = (0, 1)


def arguments(rng):
    return rng.normal(size=(3, 3)), rng.normal(size=(3, 2)), rng.normal(size=(30, 2)), rng.normal(size=3)

# generated
def function_grad(w, u, inputs, state):
    """Gradient of function (recurrent.py:6) with respect to (w, u).

    For w: array 2-d float64; u: array 2-d float64; inputs: array 2-d float64; state: array 1-d float64.
    """
    tape = []
    for x in inputs:
        state_2 = np.tanh(w @ state + u @ x)
        test = state_2[0] > 0.95
        tape.append((state, state_2, x))
        state = state_2
        if test:
            break
    d_u = np.zeros_like(u)
    d_w = np.zeros_like(w)
    d_state = np.zeros_like(state)

    # for x in inputs:
    for state, state_2, x in reversed(tape):
        # if state[0] > 0.95:
        if not state_2[0] > 0.95:
            # energy += state @ state
            d_state_2 = 2.0 * state_2
            d_state_2 += d_state
            d_state = d_state_2
        # state = np.tanh(w @ state + u @ x)
        d = d_state * (1.0 - state_2 * state_2)
        d_u += np.outer(d, x)
        d_state = w.T @ d
        d_w += np.outer(d, state)
    # energy = 0.0
    return d_w, d_u
