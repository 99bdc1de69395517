"""Who looks at a terminal sees how far a crawl is; where nobody looks there is no bar."""

from __future__ import annotations

import os
import pty
from contextlib import suppress

from tests import warm
from tests.crawl.conftest import Workspace
from tests.crawl.site import Site

TOLD = "outlets, 2 pages"


def test_a_bar_on_a_terminal_alone(site: Site, workspace: Workspace) -> None:
    links = [(f"p{i}", site.page(f"/p{i}", f"Page {i}", "Nothing to see here, but a sentence is.")) for i in range(2)]
    workspace.outlet("daily", ("rss", site.feed("/rss", *links)))
    master, slave = pty.openpty()
    child = warm.Child(["-w", str(workspace.folder), "crawl", "daily"], warm.bare(), slave, slave, session=True)
    os.close(slave)
    shown = b""
    with suppress(OSError):  # how a terminal says that its last user is gone
        while piece := os.read(master, 65_536):
            shown += piece
    os.close(master)
    assert child.wait(30) == 0
    assert TOLD in shown.decode()
    assert shown.decode().rstrip().endswith("1 outlet: 2 off_topic")
    quiet = workspace.run("crawl", "daily")
    assert TOLD not in quiet.stdout + quiet.stderr
