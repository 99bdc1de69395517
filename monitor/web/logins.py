"""Logins: the signed cookie, and the brake on guessing passwords.

In      the workspace's secret, the accounts, the clock
Out     a cookie's text and who it speaks of; whether an address must wait
Cookie  name, time, and the seal of the account: another password or role ends every login of that account
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections import OrderedDict

from monitor.web.access import Accounts, Who

COOKIE = "monitor_login"
LIFE = 12 * 3600
TRIES, WINDOW = 5, 300
_REMEMBERED = 10_000


def sign(secret: bytes, accounts: Accounts, name: str, now: float) -> str:
    """The cookie of a login made now."""
    body = f"{_text(name.encode())}.{int(now)}"
    return f"{body}.{_mark(secret, body, accounts.seal(name))}"


def read(secret: bytes, accounts: Accounts, cookie: str, now: float) -> Who | None:
    """Who logged in with this cookie; None when it is forged, over, or the account changed."""
    body, _, mark = cookie.rpartition(".")
    coded, _, made = body.partition(".")
    try:
        name = base64.urlsafe_b64decode(coded.encode()).decode()
        age = now - int(made)
    except (ValueError, UnicodeError):
        return None
    user = accounts.users.get(name)
    right = hmac.compare_digest(mark.encode(), _mark(secret, body, accounts.seal(name)).encode())
    return Who(user["role"], name) if user and right and 0 <= age < LIFE else None


def _mark(secret: bytes, body: str, seal: str) -> str:
    return hmac.new(secret, f"login {body} {seal}".encode(), hashlib.sha256).hexdigest()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


class Brake:
    """Counts failed logins by address and by account; after `TRIES` of them within `WINDOW` seconds one waits."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, keys: tuple[str, ...], now: float) -> int:
        """Seconds until another try is allowed; 0 = now."""
        with self._lock:
            waits = [0]
            for key in keys:
                recent = [at for at in self._failed.get(key, []) if now - at < WINDOW]
                if len(recent) >= TRIES:
                    waits.append(int(recent[-TRIES] + WINDOW - now) + 1)
            return max(waits)

    def failed(self, keys: tuple[str, ...], now: float) -> None:
        """Note a failed try."""
        with self._lock:
            for key in keys:
                recent = [at for at in self._failed.pop(key, []) if now - at < WINDOW]
                self._failed[key] = [*recent, now][-2 * TRIES :]
            while len(self._failed) > _REMEMBERED:
                self._failed.popitem(last=False)
