"""How much the monitor keeps, and when the disk will be full at this pace.

Units   bytes; days
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from monitor.config import Config

LEAST_SPAN = timedelta(hours=20)
"""Growth over less than this says nothing."""


def free_mb(config: Config) -> int:
    """Megabytes free where the workspace lies."""
    folder = config.workspace if config.workspace.exists() else config.workspace.parent
    return shutil.disk_usage(folder).free // 1_000_000


def used(config: Config, engine: Engine) -> int:
    """Bytes of the database and the evidence."""
    return _tree(config.workspace / "evidence") + _database(engine)


def _database(engine: Engine) -> int:
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    path = engine.url.database
    if not path or path == ":memory:":
        return 0
    return sum(Path(path + end).stat().st_size for end in ("", "-wal") if Path(path + end).exists())


def _tree(folder: Path) -> int:
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(where) / name).lstat().st_size
            except FileNotFoundError:
                continue  # moved on while we looked
    return total


def days_left(points: Sequence[tuple[datetime, int]], free: int) -> float | None:
    """Days until `free` bytes are used up, by the growth over `points` (ascending); None when nothing can be said."""
    if len(points) < 2 or points[-1][0] - points[0][0] < LEAST_SPAN:
        return None
    (first, before), (last, now) = points[0], points[-1]
    a_day = (now - before) / ((last - first) / timedelta(days=1))
    return free / a_day if a_day > 0 else None
