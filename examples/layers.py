"""Layers of image networks as plain NumPy, which the examples lenet.py, alexnet.py and convolutions.py use.

Images are arrays (images, rows, columns, channels).  A convolution is a sum over the places of its kernel, each a
product of matrices over channels, so its gradient is one, too.
"""

from __future__ import annotations

import numpy as np


def convolution(x, kernel, stride=1):
    """Two axes: images (n, rows, columns, in) with a kernel (height, width, in, out), where it fits."""
    height, width = kernel.shape[:2]
    rows = (x.shape[1] - height) // stride + 1
    columns = (x.shape[2] - width) // stride + 1
    out = np.zeros((x.shape[0], rows, columns, kernel.shape[3]))
    for i in range(height):
        for j in range(width):
            out += x[:, i : i + stride * rows : stride, j : j + stride * columns : stride] @ kernel[i, j]
    return out


def padded(x, size):
    """Zeros around every image."""
    return np.pad(x, ((0, 0), (size, size), (size, size), (0, 0)))


def average_pool(x, size=2):
    """The mean of each square."""
    n, rows, columns, channels = x.shape
    return np.mean(np.reshape(x, (n, rows // size, size, columns // size, size, channels)), axis=(2, 4))


def max_pool(x, size=2, stride=2):
    """The largest of each square; squares may overlap."""
    rows = (x.shape[1] - size) // stride + 1
    columns = (x.shape[2] - size) // stride + 1
    out = x[:, : stride * rows : stride, : stride * columns : stride]
    for i in range(size):
        for j in range(size):
            out = np.maximum(out, x[:, i : i + stride * rows : stride, j : j + stride * columns : stride])
    return out


def cross_entropy(scores, labels):
    """The mean loss of scores (n, classes) for the right labels."""
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])
