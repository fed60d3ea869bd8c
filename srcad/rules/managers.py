"""What is known of context managers: they change how NumPy or Python report things, and nothing that is computed."""

from __future__ import annotations

import warnings

import numpy as np

from srcad.rules.register import constant

constant(np.errstate, np.printoptions, warnings.catch_warnings, pure=False)
constant(warnings.simplefilter, warnings.filterwarnings, warnings.warn, np.seterr, pure=False)
