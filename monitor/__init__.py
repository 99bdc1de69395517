"""The application: outlets, watches, spiders, alerts, query and command line. In Python: `open_workspace`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.workspace import Workspace, open_workspace

# one thread a process: short texts gain nothing from more, and reading processes would fight over the cores
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
__all__ = ["Workspace", "__version__", "open_workspace"]


def __getattr__(name: str) -> Any:
    """Load the Python API when it is asked for: the commands do not need it."""
    if name in ("Workspace", "open_workspace"):
        from monitor import workspace

        return getattr(workspace, name)
    raise AttributeError(f"module 'monitor' has no attribute '{name}'")
