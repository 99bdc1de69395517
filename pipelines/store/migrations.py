"""The one Alembic history, found in the wheel and in a checkout alike, and the check of a database against it.

In      an engine
Out     nothing; the database is brought up, down, or checked
Raises  `DatabaseProblem`: no tables yet, older than the code, newer than the code
"""

from __future__ import annotations

from pathlib import Path

import alembic.command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from pipelines.store.session import DatabaseProblem, describe

_HERE = Path(__file__).resolve().parent


def script_folder() -> Path:
    """Where the migrations lie: inside the installed wheel, else beside the packages in a checkout."""
    bundled = _HERE / "_migrations"
    return bundled if bundled.is_dir() else _HERE.parent.parent / "alembic"


def alembic_config(engine: Engine) -> Config:
    """An Alembic configuration bound to `engine`; no ini file, no second reading of the environment."""
    config = Config()
    config.set_main_option("script_location", str(script_folder()).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to `revision`; a database of the newest version is left as it is."""
    alembic.command.upgrade(alembic_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the database down to `revision` (`base` empties it)."""
    alembic.command.downgrade(alembic_config(engine), revision)


def check_models(engine: Engine) -> None:
    """Raise Alembic's error when the tables of the code and the newest migration differ."""
    alembic.command.check(alembic_config(engine))


def current(engine: Engine) -> str | None:
    """The revision the database is at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The newest revision this code knows."""
    config = Config()
    config.set_main_option("script_location", str(script_folder()).replace("%", "%%"))
    found = ScriptDirectory.from_config(config).get_current_head()
    if found is None:
        raise DatabaseProblem("no migrations were shipped with this installation; install it again")
    return found


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
        raise DatabaseProblem(f"the database cannot be reached: {describe(error)}") from error
    if have == want:
        return
    if empty:
        raise DatabaseProblem("the database has no tables yet; `monitor db upgrade` makes them")
    known = {script.revision for script in ScriptDirectory.from_config(alembic_config(engine)).walk_revisions()}
    if have in known or have is None:
        raise DatabaseProblem(
            f"the database is older than this program (at {have}, needs {want}); `monitor db upgrade`"
        )
    raise DatabaseProblem(
        f"the database is newer than this program (at {have}, knows {want}); install the newer program"
    )
