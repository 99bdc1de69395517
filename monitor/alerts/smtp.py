"""Hand a message to the mail server, and say plainly what became of it.

In      `SmtpSettings`; bounce address, recipient, the message's bytes
Out     `Result`: sent, temporary, permanent, or unknown (the line broke when the server may have had it all)
Reuse   one connection carries many messages; it is opened again after `PER_CONNECTION` or when the server closed it
Raises  nothing on the network's failures: each is a `Result`
"""

from __future__ import annotations

import re
import smtplib
import ssl
from base64 import b64encode
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Literal

from monitor.config import Config

PER_CONNECTION = 100
TIMEOUT_SECONDS = 30.0

_SECURITY: dict[str, Literal["none", "starttls", "tls"]] = {"none": "none", "starttls": "starttls", "tls": "tls"}
_NOT_LET_IN = re.compile(r"5\.7\.|relay|authenticat|log ?in", re.IGNORECASE)
"""A refused recipient that is about us: Postfix says "554 5.7.1 Relay access denied" to who has not logged in."""
_TOO_BIG = 552
"""The one refusal of MAIL FROM that is about the message, not about us."""

Verdict = Literal["sent", "temporary", "permanent", "unknown"]


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How the mail server is reached. `local_name` is what we call ourselves; empty = this machine's name."""

    host: str
    port: int = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS
    local_name: str = ""


def settings_of(config: Config) -> SmtpSettings:
    """The mail server of the settings."""
    return SmtpSettings(
        host=config.smtp_host,
        port=config.smtp_port,
        security=_SECURITY[config.smtp_security],
        user=config.smtp_user,
        password=config.smtp_password,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message. `shared`: the failure is the server's, not this message's: stop for now.

    `ours`: the settings are the likely cause, although another message may get through.
    """

    verdict: Verdict
    code: int | None = None
    answer: str = ""
    shared: bool = False
    ours: bool = False


class Line:
    """A line to the mail server, opened when first needed."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._client: smtplib.SMTP | None = None
        self._carried = 0
        self._step = "connecting"

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye; a server that is gone already is left alone."""
        client, self._client, self._carried = self._client, None, 0
        if client is None:
            return
        try:
            client.quit()
        except (smtplib.SMTPException, OSError):
            client.close()

    def login(self) -> Result:
        """Open the line and log in, sending nothing: what `doctor` asks."""
        try:
            self._open()
        except (smtplib.SMTPException, OSError) as error:
            return _opening(error, self._step)
        return Result("sent", 220, "the server let us in")

    def would_take(self, sender: str, recipient: str) -> Result:
        """Name sender and recipient as a sending would, and take it back before any text: what `doctor` asks."""
        try:
            client = self._open()
            code, answer = client.mail(sender)
            if 200 <= code < 300:
                code, answer = client.rcpt(recipient)
        except (smtplib.SMTPException, OSError) as error:
            return _opening(error, self._step)
        self._reset()
        return _answered(code, answer)

    def send(self, sender: str, recipient: str, message: bytes) -> Result:
        """Hand over one message."""
        if self._carried >= PER_CONNECTION:
            self.close()
        try:
            client = self._open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return _opening(error, self._step)
        result = _transact(client, sender, recipient, message, bool(self._settings.user))
        self._carried += 1
        if result.shared or result.verdict == "unknown":
            self.close()
        elif result.verdict != "sent":
            self._reset()
        return result

    def _open(self) -> smtplib.SMTP:
        if self._client is not None:
            return self._client
        s = self._settings
        name = s.local_name or None
        client: smtplib.SMTP
        self._step = "connecting"
        if s.security == "tls":
            context = ssl.create_default_context()
            client = smtplib.SMTP_SSL(s.host, s.port, local_hostname=name, timeout=s.timeout_seconds, context=context)
        else:
            client = smtplib.SMTP(s.host, s.port, local_hostname=name, timeout=s.timeout_seconds)
        self._client = client
        client.ehlo_or_helo_if_needed()
        if s.security == "starttls":
            self._step = "STARTTLS"
            client.starttls(context=ssl.create_default_context())
            client.ehlo_or_helo_if_needed()  # a line that is secured begins anew; many servers insist on it
        if s.user:
            self._step = "login"
            _log_in(client, s.user, s.password)
        return client

    def _reset(self) -> None:
        try:
            if self._client is not None:
                self._client.rset()
        except (smtplib.SMTPException, OSError):
            self.close()


def _log_in(client: smtplib.SMTP, user: str, password: str) -> None:
    """Log in; smtplib knows ASCII only, and servers take UTF-8 (RFC 4616)."""
    if user.isascii() and password.isascii():
        client.login(user, password)
        return
    offered = client.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        code, answer = client.docmd("AUTH", "PLAIN " + _b64(f"\0{user}\0{password}"))
    elif "LOGIN" in offered:
        code, answer = client.docmd("AUTH", "LOGIN " + _b64(user))
        if code == 334:
            code, answer = client.docmd(_b64(password))
    else:
        raise smtplib.SMTPNotSupportedError("the server offers no login that takes letters beyond ASCII")
    if code not in (235, 503):
        raise smtplib.SMTPAuthenticationError(code, answer)


def _b64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


def _transact(client: smtplib.SMTP, sender: str, recipient: str, message: bytes, logged_in: bool) -> Result:
    """One transaction, step by step: after the last byte of DATA a lost line means that nobody knows."""
    in_data = False
    try:
        size = [f"size={len(message)}"] if client.has_extn("size") else []
        code, answer = client.mail(sender, size)
        if 500 <= code < 600 and code != _TOO_BIG:
            # it is ourselves that the server refuses (log in first, STARTTLS first, no such sender): the mails wait
            return replace(_answered(code, answer), verdict="temporary", shared=True)
        if 200 <= code < 300:
            code, answer = client.rcpt(recipient)
            refused = _answered(code, answer)
            if refused.verdict == "permanent" and not logged_in and _NOT_LET_IN.search(refused.answer):
                # the missing login, most likely, and mended in the settings: it waits, and the others go their way
                return replace(refused, verdict="temporary", ours=True)
        if 200 <= code < 300:
            in_data = True
            code, answer = client.data(message)
    except smtplib.SMTPDataError as error:
        # the server refused the word DATA itself: it has nothing of the message
        return _answered(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        # data() sends and waits in one call, so a loss anywhere in it may be a loss after the last byte
        return Result("unknown" if in_data else "temporary", None, _words(error), shared=True)
    except smtplib.SMTPException as error:
        return Result("permanent", None, _words(error))
    return _answered(code, answer)


def _answered(code: int, answer: bytes | str) -> Result:
    words = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    words = " ".join(words.split())[:300]
    if 200 <= code < 300:
        return Result("sent", code, words)
    if code == 421:
        return Result("temporary", code, words, shared=True)
    if 500 <= code < 600:
        return Result("permanent", code, words)
    return Result("temporary", code, words)


def _opening(error: Exception, step: str) -> Result:
    # a wrong password or name is the installation's fault, never a message's: the mails wait for its mending
    code = error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None
    return Result("temporary", code, f"{step}: {_words(error)}", shared=True)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return " ".join(f"{error.smtp_code} {text}".split())[:300]
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]
