"""`scipy.fft`, by family; importing this module registers all of it."""

from srcad.rules.scipy import cosines, fourier

__all__ = ["cosines", "fourier"]
