"""A door before a server of loopback that can be shut and opened: what a client sees when the server restarts."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Gate:
    """Passes connections on; shut, it drops those it has and takes no more."""

    def __init__(self, port: int) -> None:
        self.behind = port
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.pairs: list[socket.socket] = []
        self.open()

    def open(self) -> None:
        """Take connections."""
        self.door = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, args=(self.door,), daemon=True).start()

    def shut(self) -> None:
        """Drop everything."""
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        for one in self.pairs:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self.pairs.clear()

    def _serve(self, door: socket.socket) -> None:
        with suppress(OSError):  # shut
            while True:
                client, _ = door.accept()
                server = socket.create_connection(("127.0.0.1", self.behind))
                self.pairs += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):  # shut
            while piece := one.recv(65_536):
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)
