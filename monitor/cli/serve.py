"""The command `monitor serve`: the site, and who may log in."""

from __future__ import annotations

import ctypes
import ipaddress
import threading
from pathlib import Path
from typing import Any

import click

from monitor.cli.common import config_of, output_options, print_rows

_ROLES = ("viewer", "researcher", "editor", "administrator")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _one_heap() -> None:
    """Let threads share memory that was given back: glibc keeps a heap for each, and servers grow by it."""
    try:
        ctypes.CDLL(None).mallopt(-8, 1)  # M_ARENA_MAX
    except (OSError, AttributeError, TypeError):
        return  # another C library


@click.group(invoke_without_command=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; others need an account.")
@click.option("--port", type=click.IntRange(0, 65535), default=8500, show_default=True)
@click.option(
    "--role",
    type=click.Choice(_ROLES),
    default="researcher",
    show_default=True,
    help="Of who sits at this machine, while there is no account.",
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="Believe what this proxy says: X-Forwarded-For, X-Forwarded-Proto, the login header. Repeatable.",
)
@click.option("--login-header", default="", metavar="NAME", help="The proxy names in it who logged in (Remote-User).")
@click.pass_context
def serve(ctx: click.Context, /, host: str, port: int, **door: Any) -> None:
    """Serve the pages and the JSON API of this workspace.

    On this machine nobody logs in, and names are shown. `monitor serve user NAME` makes an account: from then on
    everybody logs in, and other addresses than 127.0.0.1 may be served.
    """
    if ctx.invoked_subcommand is None:
        _run(ctx, host, port, **door)


def _run(ctx: click.Context, host: str, port: int, role: str, proxies: tuple[str, ...], login_header: str) -> None:
    import uvicorn

    from monitor.protection import workspace_secret
    from monitor.web.access import AccessError, load
    from monitor.web.app import make_app
    from monitor.web.guard import Door
    from pipelines.store.migrations import require_current
    from pipelines.store.session import make_engine

    config = config_of(ctx)
    engine = make_engine(config.database)
    require_current(engine)
    engine.dispose()
    try:
        accounts = load(config.workspace)
    except AccessError as error:
        raise click.UsageError(str(error)) from error
    if not is_loopback(host) and not accounts.any:
        raise click.UsageError(
            f"{host} can be reached from other machines, and nobody would have to log in; "
            "make an account first: monitor serve user NAME --role researcher"
        )
    if login_header and not proxies:
        raise click.UsageError("--login-header is believed from a proxy only: name its address with --proxy")
    believed = frozenset(proxies)
    door = Door(config.workspace, workspace_secret(config.workspace), local=role, proxies=believed, header=login_header)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"http://{shown}:{port}/  ({'with login' if accounts.any else 'no login: names are shown'})", err=True)
    _one_heap()
    app = make_app(config, door)
    threading.Thread(target=app.state.site.warm, daemon=True).start()
    # no access log: it would keep who looked for what
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False,
                server_header=False, proxy_headers=False)  # fmt: skip


@serve.command("user")
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), default="viewer", show_default=True)
@click.option("--by-proxy", is_flag=True, help="Without a password: the proxy of --login-header says who it is.")
@click.option("--password", help="Asked for when it is not given; better not given here, where histories keep it.")
@click.pass_context
def user(ctx: click.Context, name: str, role: str, by_proxy: bool, password: str | None) -> None:
    """Make or change the account NAME. Its open logins end."""
    from monitor.web import access

    folder = config_of(ctx).workspace
    if password is None and not by_proxy:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        known = access.load(folder)
        made = access.by_proxy(known, name, role) if by_proxy else access.with_user(known, name, password or "", role)
        access.save(folder, made)
    except access.AccessError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{name} may log in as {role}")


@serve.command("token")
@click.argument("name")
@click.option("--role", type=click.Choice(_ROLES), default="viewer", show_default=True)
@click.pass_context
def token(ctx: click.Context, name: str, role: str) -> None:
    """Make a token for programs; it is shown once. `Authorization: Bearer TOKEN`."""
    from monitor.web import access

    folder = config_of(ctx).workspace
    try:
        accounts, made = access.with_token(access.load(folder), name, role)
        access.save(folder, accounts)
    except access.AccessError as error:
        raise click.UsageError(str(error)) from error
    click.echo(made)


@serve.command("remove")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Take the account and the tokens of NAME away."""
    from monitor.web import access

    folder: Path = config_of(ctx).workspace
    try:
        access.save(folder, access.without(access.load(folder), name))
    except access.AccessError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{name} may no longer log in")


@serve.command("accounts")
@output_options
@click.pass_context
def accounts(ctx: click.Context, form: str) -> None:
    """List who may log in."""
    from monitor.web import access

    try:
        found = access.load(config_of(ctx).workspace)
    except access.AccessError as error:
        raise click.UsageError(str(error)) from error
    rows = [{"name": name, "kind": "password", "role": one["role"]} for name, one in found.users.items()]
    rows += [{"name": one["name"], "kind": "token", "role": one["role"]} for one in found.tokens.values()]
    print_rows(rows, form, ("name", "kind", "role"), "nobody yet: monitor serve user NAME --role researcher")
