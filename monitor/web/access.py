"""Who may log in: people with a password (scrypt) and machines with a token, each with a role, in `access.json`.

In      the workspace's folder; names, passwords, tokens
Out     the role of who proved themselves, or None; the file is readable by its owner alone, and holds no secret as is
Roles   viewer (names masked), researcher (names), editor (decides), administrator; each may what those before may
Raises  `AccessError` when the file cannot be read, or what is asked cannot be granted
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "access.json"
ROLES = ("viewer", "researcher", "editor", "administrator")
LEAST_PASSWORD = 10
BY_PROXY = "by the proxy"
"""Instead of a hash: this account has no password, a believed proxy says who logged in."""
_N, _R, _P = 2**15, 8, 1


class AccessError(ValueError):
    """The list of accounts is not usable, or an account cannot be made; the text says why."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks. `name` is empty for the researcher at the machine itself."""

    role: str
    name: str = ""

    @property
    def named(self) -> bool:
        """Whether names are shown to them."""
        return self.may("researcher")

    def may(self, role: str) -> bool:
        """Whether their role includes `role`."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everybody who may come in: name -> role and password's hash; token's hash -> name and role."""

    users: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether there is a way to log in."""
        return bool(self.users or self.tokens)

    def by_password(self, name: str, password: str) -> Who | None:
        """Who this is. An unknown name costs the same time as a wrong password."""
        user = self.users.get(name)
        right = verify(password, user["password"] if user else _NOBODY)
        return Who(user["role"], name) if user and right else None

    def by_token(self, token: str) -> Who | None:
        """Whose token this is."""
        found = self.tokens.get(digest(token))
        return Who(found["role"], found["name"]) if found else None

    def seal(self, name: str) -> str:
        """What a login of `name` is bound to: another password ends it. Empty for an unknown name."""
        user = self.users.get(name)
        return digest(user["password"] + user["role"]) if user else ""


def digest(text: str) -> str:
    """The hash under which a token is kept; tokens are random, so no salt is needed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hash_password(password: str) -> str:
    """The hash of a password, with its salt and cost."""
    salt = secrets.token_bytes(16)
    return "$".join(("scrypt", str(_N), str(_R), str(_P), _text(salt), _text(_scrypt(password, salt, _N, _R, _P))))


def verify(password: str, kept: str) -> bool:
    """Whether `password` is the one that was hashed to `kept`."""
    if kept == BY_PROXY:
        return False
    _, n, r, p, salt, made = kept.split("$")
    got = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(got, base64.b64decode(made))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32
    )


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


_NOBODY = f"scrypt${_N}${_R}${_P}${_text(b'nobody')}${_text(b'no hash is this')}"


def load(workspace: Path) -> Accounts:
    """The accounts of a workspace; none when there is no file. Raises AccessError."""
    path = workspace / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        accounts = Accounts(dict(data["users"]), dict(data["tokens"]))
        roles = [one["role"] for one in (*accounts.users.values(), *accounts.tokens.values())]
        fit = all(role in ROLES for role in roles) and all(
            one["password"] == BY_PROXY or one["password"].count("$") == 5 for one in accounts.users.values()
        )
    except FileNotFoundError:
        return Accounts()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AccessError(f"{path}: cannot be read ({type(error).__name__}); nobody is let in") from error
    if not fit:
        raise AccessError(f"{path}: an account has no known role or no password; nobody is let in")
    return accounts


def save(workspace: Path, accounts: Accounts) -> None:
    """Write the accounts, whole or not at all."""
    path = workspace / FILE
    fresh = path.with_suffix(f".{secrets.token_hex(4)}.new")
    data: dict[str, Any] = {"users": accounts.users, "tokens": accounts.tokens}
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1, ensure_ascii=False)
    fresh.replace(path)


def with_user(accounts: Accounts, name: str, password: str, role: str) -> Accounts:
    """The accounts with this one added or changed. Raises AccessError."""
    if len(password) < LEAST_PASSWORD:
        raise AccessError(f"a password has at least {LEAST_PASSWORD} characters")
    if not name.strip() or role not in ROLES:
        raise AccessError(f"a user has a name and one of the roles {', '.join(ROLES)}")
    return Accounts({**accounts.users, name: {"role": role, "password": hash_password(password)}}, accounts.tokens)


def by_proxy(accounts: Accounts, name: str, role: str) -> Accounts:
    """The accounts with one that has no password. Raises AccessError."""
    if not name.strip() or role not in ROLES:
        raise AccessError(f"a user has a name and one of the roles {', '.join(ROLES)}")
    return Accounts({**accounts.users, name: {"role": role, "password": BY_PROXY}}, accounts.tokens)


def with_token(accounts: Accounts, name: str, role: str) -> tuple[Accounts, str]:
    """The accounts with a new token of this name (an older one ends), and the token itself: it is not kept."""
    if not name.strip() or role not in ROLES:
        raise AccessError(f"a token has a name and one of the roles {', '.join(ROLES)}")
    token = f"mon_{secrets.token_urlsafe(32)}"
    kept = {key: one for key, one in accounts.tokens.items() if one["name"] != name}
    return Accounts(accounts.users, {**kept, digest(token): {"name": name, "role": role}}), token


def without(accounts: Accounts, name: str) -> Accounts:
    """The accounts without the user and the tokens of this name."""
    return Accounts(
        {key: one for key, one in accounts.users.items() if key != name},
        {key: one for key, one in accounts.tokens.items() if one["name"] != name},
    )
