"""The one Alembic history, found in the wheel and in a checkout alike, and the check of a database against it.

In      an engine
Out     nothing; the database is brought up, down, or checked
Raises  `DatabaseProblem`: no tables yet, older than the code, newer than the code
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from pipelines.store.session import DatabaseProblem, describe

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is loaded where a database changes; asking for versions is part of every command's start.
_LINE = re.compile(r'^(down_revision|revision)\b[^=\n]*=\s*(?:None|"(\w+)")', re.MULTILINE)
_HERE = Path(__file__).resolve().parent


def script_folder() -> Path:
    """Where the migrations lie: inside the installed wheel, else beside the packages in a checkout."""
    bundled = _HERE / "_migrations"
    return bundled if bundled.is_dir() else _HERE.parent.parent / "alembic"


def alembic_config(engine: Engine) -> Config:
    """An Alembic configuration bound to `engine`; no ini file, no second reading of the environment."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(script_folder()).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to `revision`; a database of the newest version is left as it is."""
    from alembic import command

    command.upgrade(alembic_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the database down to `revision` (`base` empties it)."""
    from alembic import command

    command.downgrade(alembic_config(engine), revision)


def check_models(engine: Engine) -> None:
    """Raise Alembic's error when the tables of the code and the newest migration differ."""
    from alembic import command

    command.check(alembic_config(engine))


def current(engine: Engine) -> str | None:
    """The revision the database is at, None for an empty one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


@cache
def revisions() -> tuple[str, ...]:
    """The revisions this code knows, oldest first. Raises `DatabaseProblem` where they make no single line."""
    after: dict[str, str] = {}
    for path in (script_folder() / "versions").glob("*.py"):
        said = dict(_LINE.findall(path.read_text(encoding="utf-8")))
        after[said["down_revision"]] = said["revision"]
    line = [after[""]] if "" in after else []
    while line and line[-1] in after:
        line.append(after[line[-1]])
    if not line or len(line) != len(after):
        raise DatabaseProblem("the migrations of this installation are not whole; install it again")
    return tuple(line)


def head() -> str:
    """The newest revision this code knows."""
    return revisions()[-1]


def require_current(engine: Engine) -> None:
    """Raise `DatabaseProblem` unless the database is exactly of this code's version."""
    if engine.dialect.name == "sqlite":
        name = engine.url.database
        if name and name != ":memory:" and not Path(name).exists():
            raise DatabaseProblem(f"there is no database at {name}; `monitor init` or `monitor db upgrade` makes one")
    try:
        have, want = current(engine), head()
        empty = have is None and not inspect(engine).has_table("article")
    except SQLAlchemyError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise DatabaseProblem(f"the database {where} cannot be reached: {describe(error)}") from error
    if have == want:
        return
    if empty:
        raise DatabaseProblem("the database has no tables yet; `monitor db upgrade` makes them")
    if have in revisions() or have is None:
        raise DatabaseProblem(
            f"the database is older than this program (at {have}, needs {want}); `monitor db upgrade`"
        )
    raise DatabaseProblem(
        f"the database is newer than this program (at {have}, knows {want}); install the newer program"
    )
