"""A Python function in its process: whatever it does is one clear error, and the next asks anew."""

import os
import re
import time
from pathlib import Path

import numpy as np
import pytest

from deploycheck.authoring.errors import EvidenceError, RoleError
from deploycheck.sandbox.launch import launch_of
from sandbox.conftest import MODELS, children, predictor_of, source_of

LIMITS = {"seconds": 2, "memory_mb": 256}
MODEL = {
    "python": "misbehaving:predict",
    "trust": "trusted",
    "features": ["x", "do"],
    "limits": LIMITS,
}
