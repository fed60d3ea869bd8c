"""`scipy.ndimage`, by family; importing this module registers all of it."""

from srcad.rules.scipy import (
    borders,
    ndimage_filters,
    ndimage_measurements,
    ndimage_sampling,
    ndimage_separable,
    ndimage_splines,
)

__all__ = [
    "borders",
    "ndimage_filters",
    "ndimage_measurements",
    "ndimage_sampling",
    "ndimage_separable",
    "ndimage_splines",
]
