"""The application: outlets, watches, spiders, alerts, query and command line."""

import os

# one thread a process: short texts gain nothing from more, and reading processes would fight over the cores
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
