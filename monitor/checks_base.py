"""What a check says: the common shape of everything that `monitor doctor` looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    result: Literal["ok", "note", "wrong"]
    detail: str

    def row(self) -> dict[str, str]:
        """As a row to print."""
        return {"check": self.name, "result": self.result, "detail": self.detail}
