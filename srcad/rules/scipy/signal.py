"""`scipy.signal`, by family; importing this module registers all of it."""

from srcad.rules.scipy import convolutions, filters

__all__ = ["convolutions", "filters"]
