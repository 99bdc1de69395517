"""A small SMTP server on loopback that keeps every mail it is given: the demo's letter box.

In      mails from any SMTP client; the folder they are kept in (`0001.eml`, …), or none: memory only
Out     `Sink.mails`: what came, in order, envelope and bytes
Raises  `SinkError` when it cannot listen or does not come up
Limits  loopback only, no TLS, no log-in; a thread of this process
"""

from __future__ import annotations

import socket
from asyncio import AbstractServer
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"


class SinkError(RuntimeError):
    """The letter box could not be opened; the message says why."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it was handed over. `path` is its file, None when it is kept in memory only."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    path: Path | None = None

    @property
    def message(self) -> EmailMessage:
        """The parsed mail."""
        return message_from_bytes(self.content, policy=policy.default)


class Sink:
    """The letter box; use it as a context manager."""

    def __init__(self, folder: Path | None = None, port: int = 0) -> None:
        self._folder = folder
        self._wished = port
        self._mails: list[Mail] = []
        self._controller: _BoundController | None = None

    @property
    def mails(self) -> tuple[Mail, ...]:
        """What came so far, in order."""
        return tuple(self._mails)

    @property
    def port(self) -> int:
        """The port it listens on. Raises `SinkError` when it is not open."""
        if self._controller is None:
            raise SinkError("the letter box is not open")
        return int(self._controller.port)

    def start(self) -> None:
        """Listen; a taken port is replaced by a free one. Raises `SinkError`."""
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
        controller = _BoundController(_Keeper(self._mails, self._folder), _listen(self._wished))
        try:
            controller.start()
        except (OSError, TimeoutError, RuntimeError) as problem:
            controller.listener.close()
            raise SinkError(f"the letter box on {HOST}:{controller.port} did not open: {problem}") from problem
        self._controller = controller

    def stop(self) -> None:
        """Stop listening; safe to call twice."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Sink:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Keeper:
    """What aiosmtpd calls for every mail. It looks at all attributes of its handler, so this one has few."""

    def __init__(self, mails: list[Mail], folder: Path | None) -> None:
        self._mails = mails
        self._folder = folder

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep one mail; a full or unwritable folder is told to the sender as a temporary failure."""
        content = bytes(envelope.content)
        path = self._folder / f"{len(self._mails) + 1:04d}.eml" if self._folder else None
        if path:
            try:
                path.write_bytes(content)
            except OSError as problem:
                return f"452 4.3.1 cannot keep the mail: {problem.strerror}"
        self._mails.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), content, path))
        return "250 2.0.0 kept"


class _BoundController(Controller):
    """A controller on a socket that is already bound, so that port 0 means any free port."""

    def __init__(self, keeper: _Keeper, listener: socket.socket) -> None:
        self.listener = listener
        port = listener.getsockname()[1]
        super().__init__(keeper, hostname=HOST, port=port, ready_timeout=15.0, server_hostname="letterbox.localhost")

    async def _create(self) -> AbstractServer:
        server: AbstractServer = await self.loop.create_server(self._factory_invoker, sock=self.listener)
        return server

    def _create_server(self) -> Any:
        return self._create()


def _listen(port: int) -> socket.socket:
    for candidate in dict.fromkeys((port, 0)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, candidate))
            listener.listen(16)
        except OSError as error:
            listener.close()
            problem = error
        else:
            return listener
    raise SinkError(f"no port on {HOST} can be had: {problem}") from problem
