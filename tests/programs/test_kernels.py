"""Numerical kernels as people write them: nothing in them was adapted to srcad.

Each must give the right gradient of all its arguments; none may be refused.
"""

import math

import numpy as np
import pytest
from programs.checking import Programs, check

kernels = Programs()


def values(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def positive(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0.5, 1.5, size=shape)


# ----------------------------------------------------------------------------- partial differential equations


@kernels.on((values(6, 5), 0.13, 4))
def heat_with_two_buffers(u0, alpha, steps):
    u = u0.copy()
    new = np.empty_like(u)
    for _ in range(steps):
        new[:] = u
        new[1:-1, 1:-1] = u[1:-1, 1:-1] + alpha * (
            u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1]
        )
        new[0, :] = new[1, :]
        new[-1, :] = 0.0
        u, new = new, u
    return np.sum(u**2) + u[2, 2]


@kernels.on((values(9), values(9, seed=1), 3))
def red_black_gauss_seidel(u, f, sweeps):
    h = 1.0 / (len(u) - 1)
    for _ in range(sweeps):
        u[1:-1:2] = 0.5 * (u[0:-2:2] + u[2::2] - h * h * f[1:-1:2])
        u[2:-1:2] = 0.5 * (u[1:-2:2] + u[3::2] - h * h * f[2:-1:2])
    residual = f[1:-1] - (u[2:] - 2.0 * u[1:-1] + u[:-2]) / h**2
    return math.sqrt(np.sum(residual * residual))


@kernels.on((values(5, 5), 0.7, 60))
def relaxation_until_converged(u, omega, limit):
    n, m = u.shape
    for sweep in range(limit):
        change = 0.0
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                old = u[i, j]
                u[i, j] = (1 - omega) * old + omega * 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
                change = max(change, abs(u[i, j] - old))
        if change < 1e-3:
            break
    return u[1:-1, 1:-1].sum() * (1.0 + 0.1 * sweep)


@kernels.on((positive(8), values(8, seed=2) * 0.3, 0.1, 5))
def shallow_water(h, hu, dt, steps):
    g = 9.81
    for _ in range(steps):
        flux_h = hu
        flux_u = hu**2 / h + 0.5 * g * h**2
        speed = np.max(np.abs(hu / h) + np.sqrt(g * h))
        fh = 0.5 * (flux_h[1:] + flux_h[:-1]) - 0.5 * speed * np.diff(h)
        fu = 0.5 * (flux_u[1:] + flux_u[:-1]) - 0.5 * speed * np.diff(hu)
        h = h.copy()
        hu = hu.copy()
        h[1:-1] -= dt * 0.1 * np.diff(fh)
        hu[1:-1] -= dt * 0.1 * np.diff(fu)
        h[0], h[-1] = h[1], h[-2]
        hu[0], hu[-1] = -hu[1], -hu[-2]
    return h @ h + hu @ hu


# ------------------------------------------------------------------------------------------ linear algebra


@kernels.on((values(4, 4), values(4, seed=1)))
def lu_with_partial_pivoting(a, b):
    n = len(b)
    a = a.copy()
    x = b.copy()
    sign = 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[p, k]):
                p = i
        if p != k:
            a[[k, p]] = a[[p, k]]
            x[k], x[p] = x[p], x[k]
            sign = -sign
        for i in range(k + 1, n):
            a[i, k] /= a[k, k]
            a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
            x[i] -= a[i, k] * x[k]
    for i in reversed(range(n)):
        for j in range(i + 1, n):
            x[i] -= a[i, j] * x[j]
        x[i] /= a[i, i]
    return np.sum(x) + sign * np.prod(np.diag(a))


@kernels.on((values(4, 4) * 0.3 + 2.0 * np.eye(4), values(4, seed=3)))
def cholesky_by_loops(m, b):
    n = m.shape[0]
    a = m @ m.T
    low = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = 0.0
            for k in range(j):
                s += low[i, k] * low[j, k]
            if i == j:
                low[i, i] = math.sqrt(a[i, i] - s)
            else:
                low[i, j] = (a[i, j] - s) / low[j, j]
    y = np.empty(n)
    for i in range(n):
        y[i] = (b[i] - low[i, :i] @ y[:i]) / low[i, i]
    return y @ y + 2.0 * sum(math.log(low[i, i]) for i in range(n))


@kernels.on((values(5), positive(6, seed=1) + 2.0, values(5, seed=2), values(6, seed=3)))
def thomas(lower, diagonal, upper, right):
    n = len(diagonal)
    for i in range(1, n):
        w = lower[i - 1] / diagonal[i - 1]
        diagonal[i] -= w * upper[i - 1]
        right[i] -= w * right[i - 1]
    x = np.zeros(n)
    x[-1] = right[-1] / diagonal[-1]
    for i in range(n - 2, -1, -1):
        x[i] = (right[i] - upper[i] * x[i + 1]) / diagonal[i]
    return np.sum(np.sin(x))


@kernels.on((values(5, 3),))
def gram_schmidt_in_place(q):
    n = q.shape[1]
    r = np.zeros((n, n))
    for j in range(n):
        v = q[:, j]
        for i in range(j):
            r[i, j] = q[:, i] @ v
            v -= r[i, j] * q[:, i]
        r[j, j] = np.linalg.norm(v)
        v /= r[j, j]
    return np.sum(r**3) + np.sum(q[0] * q[1])


@kernels.on((values(4, 4) + np.diag([4.0, 1.0, 0.5, 0.2]) * 3, values(4, seed=1), 6))
def conjugate_gradients(m, b, limit):
    a = m.T @ m
    x = np.zeros_like(b)
    r = b - a @ x
    p = r.copy()
    rs = r @ r
    for k in range(limit):
        ap = a @ p
        step = rs / (p @ ap)
        x += step * p
        r -= step * ap
        new = r @ r
        if math.sqrt(new) < 1e-2:
            break
        p *= new / rs
        p += r
        rs = new
    return x @ b


@kernels.on((values(8), values(8, seed=1)))
def fft_by_butterflies(re, im):
    n = len(re)
    j = 0
    for i in range(1, n):
        bit = n >> 1
        while j & bit:
            j ^= bit
            bit >>= 1
        j |= bit
        if i < j:
            re[i], re[j] = re[j], re[i]
            im[i], im[j] = im[j], im[i]
    length = 2
    while length <= n:
        half = length // 2
        for start in range(0, n, length):
            for k in range(half):
                c, s = math.cos(-2 * math.pi * k / length), math.sin(-2 * math.pi * k / length)
                a, b = start + k, start + k + half
                tr = c * re[b] - s * im[b]
                ti = c * im[b] + s * re[b]
                re[b], im[b] = re[a] - tr, im[a] - ti
                re[a] += tr
                im[a] += ti
        length *= 2
    return np.sum(np.log(1.0 + re**2 + im**2) * np.arange(n))


def fft(re, im):
    n = len(re)
    if n == 1:
        return re, im
    even_re, even_im = fft(re[::2], im[::2])
    odd_re, odd_im = fft(re[1::2], im[1::2])
    angle = -2.0 * np.pi * np.arange(n // 2) / n
    c, s = np.cos(angle), np.sin(angle)
    tr, ti = c * odd_re - s * odd_im, c * odd_im + s * odd_re
    return np.concatenate([even_re + tr, even_re - tr]), np.concatenate([even_im + ti, even_im - ti])


@kernels.on((values(8), values(8, seed=1)))
def fft_by_recursion(re, im):
    re, im = fft(re, im)
    return np.sum((re**2 + im**2) ** 1.5 * np.arange(len(re)))


# ----------------------------------------------------------------------------------- time stepping


@kernels.on((values(3) * 0.5, 0.9, 0.05, 12))
def runge_kutta_filling_an_array(y0, mu, dt, n):
    def f(t, y):
        return np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0], np.sin(t) * y[2]])

    ys = np.zeros((n + 1, y0.size))
    ts = np.linspace(0.0, n * dt, n + 1)
    ys[0] = y0
    for i in range(n):
        t, y = ts[i], ys[i]
        k1 = f(t, y)
        k2 = f(t + dt / 2, y + dt / 2 * k1)
        k3 = f(t + dt / 2, y + dt / 2 * k2)
        k4 = f(t + dt, y + dt * k3)
        ys[i + 1] = y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.mean(ys[:, 0] ** 2) + ys[-1, 2]


A = [[], [1 / 5], [3 / 40, 9 / 40], [44 / 45, -56 / 15, 32 / 9]]
B = [35 / 384, 0.0, 500 / 1113, 1.0 - 35 / 384 - 500 / 1113]


@kernels.on((values(2), positive(2), 0.1, 5))
def runge_kutta_with_a_list_of_stages(y, w, dt, n):
    def f(y):
        return np.stack([w[0] * y[1], -w[1] * np.sin(y[0])])

    for _ in range(n):
        ks = []
        for row in A:
            z = y.copy()
            for a, k in zip(row, ks, strict=False):
                z += dt * a * k
            ks.append(f(z))
        y = y + dt * sum(b * k for b, k in zip(B, ks, strict=True))
    return y[0] * y[1]


def acceleration(position, mass, softening):
    n = len(mass)
    a = np.zeros_like(position)
    for i in range(n):
        for j in range(i + 1, n):
            d = position[j] - position[i]
            r3 = (d @ d + softening**2) ** 1.5
            a[i] += mass[j] * d / r3
            a[j] -= mass[i] * d / r3
    return a


@kernels.on((values(3, 2), values(3, 2, seed=1) * 0.1, positive(3), 0.3, 4))
def n_body_by_leapfrog(x, v, mass, softening, steps):
    dt = 0.05
    a = acceleration(x, mass, softening)
    path = np.empty((steps + 1, *x.shape))
    path[0] = x
    for n in range(steps):
        v += 0.5 * dt * a
        x += dt * v
        a = acceleration(x, mass, softening)
        v += 0.5 * dt * a
        path[n + 1] = x
    kinetic = 0.5 * np.sum(mass[:, None] * v**2)
    return kinetic + np.sum(path[1:] * path[:-1])


@kernels.on((1.3, 0.8, 1.0))
def adaptive_steps(y, k, t_end):
    t, h = 0.0, 0.3
    taken = []
    while t < t_end:
        h = min(h, t_end - t)
        euler = y + h * (-k * y * y)
        middle = y + 0.5 * h * (-k * y * y)
        half = middle + 0.5 * h * (-k * middle * middle)
        error = abs(half - euler)
        if error > 0.01:
            h *= 0.5
            continue
        t += h
        y = 2.0 * half - euler
        taken.append(y)
        if error < 0.001:
            h *= 1.5
    return sum(taken) / len(taken) + y


# -------------------------------------------------------------------------------- dynamic programming


@kernels.on((values(4, 2), values(5, 2, seed=1), 0.7))
def soft_dtw(x, y, gamma):
    n, m = len(x), len(y)
    r = np.full((n + 1, m + 1), 1e10)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = np.sum((x[i - 1] - y[j - 1]) ** 2)
            options = np.array([r[i - 1, j], r[i, j - 1], r[i - 1, j - 1]])
            low = options.min()
            r[i, j] = cost + low - gamma * np.log(np.sum(np.exp(-(options - low) / gamma)))
    return r[n, m]


@kernels.on((values(3), values(3, 3, seed=1), values(6, 3, seed=2)))
def viterbi(start, transition, scores):
    steps, states = scores.shape
    best = np.zeros((steps, states))
    back = np.zeros((steps, states), dtype=int)
    best[0] = start + scores[0]
    for t in range(1, steps):
        for s in range(states):
            options = best[t - 1] + transition[:, s]
            back[t, s] = np.argmax(options)
            best[t, s] = options[back[t, s]] + scores[t, s]
    state = int(np.argmax(best[-1]))
    path = [state]
    for t in range(steps - 1, 0, -1):
        state = back[t, state]
        path.append(state)
    path.reverse()
    margin = sum(scores[t, s] ** 2 for t, s in enumerate(path))
    return best[-1].max() + 0.1 * margin


@kernels.on((positive(3), positive(3, 3, seed=1), positive(3, 4, seed=2), [0, 2, 1, 3, 3]))
def scaled_forward_algorithm(pi, transition, emission, observed):
    transition /= transition.sum(axis=1, keepdims=True)
    emission = emission / np.sum(emission, 1)[:, np.newaxis]
    alpha = pi / pi.sum() * emission[:, observed[0]]
    log_likelihood = 0.0
    for o in observed[1:]:
        c = alpha.sum()
        log_likelihood += np.log(c)
        alpha /= c
        alpha = (alpha @ transition) * emission[:, o]
    return log_likelihood + np.log(np.sum(alpha))


@kernels.on(("kitten", "sitting", 1.1, 0.7, 1.3))
def soft_edit_distance(a, b, insert, delete, replace):
    def softmin(*options):
        low = min(options)
        return low - math.log(sum(math.exp(low - o) for o in options))

    previous = [j * insert for j in range(len(b) + 1)]
    for i, p in enumerate(a, 1):
        current = [i * delete]
        for j, q in enumerate(b, 1):
            change = previous[j - 1] + (0.0 if p == q else replace)
            current.append(softmin(previous[j] + delete, current[j - 1] + insert, change))
        previous = current
    return previous[-1]


@kernels.on((np.array([1.4, 3.5, 4.3, 5.5, 2.2]), np.array([1.5, 4.1, 5.3, 7.2, 3.1]), 7))
def knapsack(weight, worth, capacity):
    table = [[0.0] * (capacity + 1) for _ in range(len(weight) + 1)]
    for i in range(1, len(weight) + 1):
        for c in range(capacity + 1):
            table[i][c] = table[i - 1][c]
            w = int(weight[i - 1])
            if w <= c and table[i - 1][c - w] + worth[i - 1] > table[i][c]:
                table[i][c] = table[i - 1][c - w] + worth[i - 1]
    return table[-1][capacity] ** 2 + sum(table[2])


# ------------------------------------------------------------------------------------ statistics and learning


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


@kernels.on((values(4, 3), values(12, 3, seed=1), values(12, 3, seed=2), values(12, seed=3)))
def lstm(xs, w, u, b):
    steps, n = len(xs), w.shape[0] // 4
    hs = np.zeros((steps + 1, n))
    cs = np.zeros((steps + 1, n))
    for t in range(steps):
        z = w @ xs[t] + u @ hs[t] + b
        i, f, o = sigmoid(z[:n]), sigmoid(z[n : 2 * n]), sigmoid(z[2 * n : 3 * n])
        g = np.tanh(z[3 * n :])
        cs[t + 1] = f * cs[t] + i * g
        hs[t + 1] = o * np.tanh(cs[t + 1])
    return np.sum(hs[1:] ** 2)


@kernels.on((values(5, 5), values(2, 2, 2, seed=1), values(2, seed=2)))
def convolution_by_loops(image, kernels, bias):
    filters, kh, kw = kernels.shape
    height, width = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    out = np.zeros((filters, height, width))
    for k in range(filters):
        for i in range(height):
            for j in range(width):
                for di in range(kh):
                    for dj in range(kw):
                        out[k, i, j] += image[i + di, j + dj] * kernels[k, di, dj]
                out[k, i, j] = max(0.0, out[k, i, j] + bias[k])
    pooled = out[:, ::2, ::2].max(axis=(1, 2))
    return pooled @ pooled + out.mean()


@kernels.on(
    (values(2), 0.3, values(2, 2, seed=1), values(1, 2, seed=2), positive(2), positive(1), values(4, 1, seed=3))
)
def kalman_filter(mean, spread, F, H, q, r, observations):
    P = spread**2 * np.eye(2)
    Q, R = np.diag(q), np.diag(r)
    means, covariances = [mean], [P]
    likelihood = 0.0
    for z in observations:
        m = F @ means[-1]
        P = F @ covariances[-1] @ F.T + Q
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        innovation = z - H @ m
        likelihood -= 0.5 * (innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(S)))
        means.append(m + K @ innovation)
        covariances.append((np.eye(2) - K @ H) @ P)
    for i in range(len(means) - 2, -1, -1):  # smooth
        predicted = F @ covariances[i] @ F.T + Q
        C = covariances[i] @ F.T @ np.linalg.inv(predicted)
        means[i] = means[i] + C @ (means[i + 1] - F @ means[i])
    return likelihood + np.sum(np.array(means) ** 2)


@kernels.on((values(7), positive(7, seed=1), np.array([0.0, 1.1, 1.9, 3.2])))
def histogram_with_linear_weights(x, w, edges):
    counts = np.zeros(len(edges))
    y = 1.5 + 0.9 * np.tanh(x)
    left = np.searchsorted(edges, y) - 1
    share = (y - edges[left]) / (edges[left + 1] - edges[left])
    np.add.at(counts, left, w * (1.0 - share))
    np.add.at(counts, left + 1, w * share)
    total = np.cumsum(counts)
    return np.sum(counts**2) + total[2]


@kernels.on((values(4, 2), values(3, 2, seed=1), 3))
def soft_k_means(points, centres, rounds):
    for _ in range(rounds):
        d = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(-1)
        weight = np.exp(-d)
        weight /= weight.sum(axis=1, keepdims=True)
        for k in range(len(centres)):
            total = weight[:, k].sum()
            for a in range(centres.shape[1]):
                centres[k, a] = np.dot(weight[:, k], points[:, a]) / total
    return np.sum(centres[0] * centres[1]) - centres[2, 0]


# ------------------------------------------------------------------------------------------ geometry


def rotate(points, rotation):
    theta = np.sqrt(np.sum(rotation**2, axis=1))[:, None]
    safe = np.where(theta > 1e-12, theta, 1.0)
    axis = rotation / safe
    dot = np.sum(points * axis, axis=1)[:, None]
    cosine, sine = np.cos(theta), np.sin(theta)
    return cosine * points + sine * np.cross(axis, points) + dot * (1 - cosine) * axis


def project(points, cameras):
    p = rotate(points, cameras[:, :3])
    p += cameras[:, 3:6]
    p = -p[:, :2] / p[:, 2, np.newaxis]
    f, k1, k2 = cameras[:, 6], cameras[:, 7], cameras[:, 8]
    n = np.sum(p**2, axis=1)
    p *= (f * (1 + k1 * n + k2 * n**2))[:, np.newaxis]
    return p


@kernels.on(
    (
        values(2, 9) * 0.2 + np.array([0, 0, 0, 0, 0, -4.0, 1, 0, 0]),
        values(4, 3, seed=1),
        np.array([0, 0, 1, 1, 0]),
        np.array([0, 1, 2, 3, 2]),
        values(5, 2, seed=2),
    )
)
def bundle_adjustment(cameras, points, camera_of, point_of, observed):
    residual = (project(points[point_of], cameras[camera_of]) - observed).ravel()
    squared = residual * residual
    return np.sum(np.where(squared < 1.0, squared, 2.0 * np.sqrt(np.maximum(squared, 1.0)) - 1.0))


@kernels.on((np.array([0.1, -0.2, -2.0]), np.array([0.05, 0.1, 1.0]), 0.8, 0.3))
def ray_marching(origin, direction, radius, wobble):
    direction = direction / np.linalg.norm(direction)
    t, hit = 0.0, False
    steps = 0
    while steps < 50:
        p = origin + t * direction
        distance = np.linalg.norm(p) - radius + 0.1 * wobble * np.sin(3.0 * p[0])
        if distance < 1e-3:
            hit = True
            break
        if t > 10.0:
            break
        t += distance
        steps += 1
    if not hit:
        return 0.0
    normal = p / np.linalg.norm(p)
    return max(normal @ np.array([0.3, 0.5, -0.8]), 0.0) + 0.1 * t


@kernels.on((values(6, 2), 0.4))
def polygon_smoothing(points, amount):
    n = len(points)
    for _ in range(2):
        last = points[-1].copy()
        first = points[0].copy()
        for i in range(n):
            ahead = points[i + 1] if i + 1 < n else first
            points[i], last = (1 - amount) * points[i] + amount * 0.5 * (last + ahead), points[i].copy()
    area = 0.0
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0), strict=True):
        area += 0.5 * (x0 * y1 - x1 * y0)
    return area


# ------------------------------------------------------------------------------- roots and trees


@kernels.on((np.array([0.6, 0.8]), 1.3, 0.4))
def newton_with_a_solve(x, a, b):
    for _ in range(20):
        residual = np.array([a * x[0] ** 2 + x[1] ** 2 - 2.0, x[0] * x[1] - b])
        jacobian = np.empty((2, 2))
        jacobian[0] = 2.0 * a * x[0], 2.0 * x[1]
        jacobian[1, 0], jacobian[1, 1] = x[1], x[0]
        step = np.linalg.solve(jacobian, residual)
        x = x - step
        if np.max(np.abs(step)) < 1e-8:
            break
    return x[0] + 2.0 * x[1]


@kernels.on((0.5, 2.0, 1.7, 30))
def bisection(low, high, target, limit):
    def f(x):
        return x**3 - x - target

    for _ in range(limit):
        middle = 0.5 * (low + high)
        if f(middle) * f(low) <= 0.0:
            high = middle
        else:
            low = middle
    root = 0.5 * (low + high)
    return root - f(root) / (3.0 * root**2 - 1.0)


@kernels.on(([0.3, [1.2, [0.7, -0.4]], [[0.9]]],))
def sum_of_nested_lists(tree):
    if isinstance(tree, list):
        total = 0.0
        for depth, item in enumerate(tree):
            total += sum_of_nested_lists(item) * (1.0 + 0.1 * depth)
        return math.tanh(total)
    return tree * tree + tree


def fold(node):
    if node is None:
        return 1.0
    left, value, right = node
    return math.sin(value) * fold(left) + value * fold(right)


@kernels.on((((None, 0.3, None), 1.1, (None, -0.7, (None, 0.2, None))), 0.4))
def binary_tree(tree, scale):
    return scale * fold(tree)


@pytest.mark.parametrize(("function", "args"), kernels.cases)
def test_kernel(function, args):
    check(function, args, tolerance=1e-6)
