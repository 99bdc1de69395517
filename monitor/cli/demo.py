"""The command `monitor demo`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port of the bundled newsroom [default: any].")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the workspace in this (new) folder.")
@click.pass_context
def demo(ctx: click.Context, port: int, keep: Path | None) -> None:
    """Try the whole monitor on a bundled newsroom: crawl, read, match, mail. Nothing leaves this machine."""
    from monitor.demo.show import run_demo

    ctx.exit(run_demo(port, keep))
