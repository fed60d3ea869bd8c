"""`scipy.linalg`, by family; importing this module registers all of it."""

from srcad.rules.scipy import linalg, linalg_factors

__all__ = ["linalg", "linalg_factors"]
