"""`scipy.linalg`, by family; importing this module registers all of it."""

from srcad.rules.scipy import (
    linalg,
    linalg_bands,
    linalg_control,
    linalg_factors,
    linalg_functions,
    linalg_orthogonal,
    linalg_spectral,
    linalg_structure,
    linalg_tangents,
)

__all__ = [
    "linalg",
    "linalg_bands",
    "linalg_control",
    "linalg_factors",
    "linalg_functions",
    "linalg_orthogonal",
    "linalg_spectral",
    "linalg_structure",
    "linalg_tangents",
]
