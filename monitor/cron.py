"""Scheduled runs: the monitor's own block in a crontab, and the same as a systemd user timer.

In      a `Schedule`; a crontab as bytes
Out     crontabs as bytes: every byte outside the block `# BEGIN monitor:<id>` … `# END monitor:<id>` stays as it is
Rules   nothing of the block reaches other lines (no SHELL, PATH or MAILTO in it); no % that cron would cut at;
        the minute comes from a hash of the host, so that not every installation asks at once
Raises  `CronProblem` for a block that is damaged, or a crontab that cannot be read or written
"""

from __future__ import annotations

import difflib
import hashlib
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

EVERY = (5, 10, 15, 20, 30, 60)
"""Minutes between runs: divisors of the hour, so that the pauses are equal."""
STALE_RUNS = 3
"""So many runs in a row must be missing before the schedule counts as broken."""


class CronProblem(RuntimeError):
    """The crontab cannot be used as it is; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is run when. `python` and `workspace` are absolute; `source` is set where no package is installed."""

    workspace: Path
    host: str
    python: str = sys.executable
    every: int = 15
    source: Path | None = None

    @property
    def id(self) -> str:
        """Tells the blocks of several workspaces apart."""
        return hashlib.sha256(str(self.workspace).encode("utf-8", "surrogateescape")).hexdigest()[:8]

    @property
    def minute(self) -> int:
        """The first minute of the hour in which it runs, by a hash of host and workspace."""
        return int.from_bytes(hashlib.sha256(f"{self.host}|{self.id}".encode()).digest()[:4]) % self.every

    @property
    def command(self) -> tuple[str, ...]:
        """The words of the command."""
        return (self.python, "-m", "monitor", "-w", str(self.workspace), "run", "--skip-if-locked")


# ── the block ───────────────────────────────────────────────────────────────


def block(schedule: Schedule) -> bytes:
    """The lines of the monitor in a crontab."""
    minutes = ",".join(str(minute) for minute in range(schedule.minute, 60, schedule.every))
    line = f"{minutes} * * * * {_shell(schedule)}"
    text = f"# BEGIN monitor:{schedule.id}\n{line}\n# END monitor:{schedule.id}\n"
    return text.encode("utf-8", "surrogateescape")


def _shell(schedule: Schedule) -> str:
    words = shlex.join(schedule.command)
    if schedule.source is not None:
        words = f"cd {shlex.quote(str(schedule.source))} && exec {words}"
    if "\n" in words or "\r" in words:
        raise CronProblem("a path with a line break cannot stand in a crontab")
    return words.replace("%", r"\%")  # cron ends a command at the first bare %


def installed(crontab: bytes, schedule: Schedule) -> bytes:
    """`crontab` with the block of `schedule`: in its old place, else at the end."""
    place = find(crontab, schedule.id)
    if place is not None:
        return crontab[: place[0]] + block(schedule) + crontab[place[1] :]
    gap = b"" if not crontab or crontab.endswith(b"\n") else b"\n"
    return crontab + gap + block(schedule)


def removed(crontab: bytes, block_id: str) -> bytes:
    """`crontab` without the block."""
    place = find(crontab, block_id)
    return crontab if place is None else crontab[: place[0]] + crontab[place[1] :]


def find(crontab: bytes, block_id: str) -> tuple[int, int] | None:
    """Where the block begins and ends; None when there is none."""
    begin, end = f"# BEGIN monitor:{block_id}".encode(), f"# END monitor:{block_id}".encode()
    at, starts, ends = 0, [], []
    for line in crontab.splitlines(keepends=True):
        if line.rstrip(b"\r\n \t") == begin:
            starts.append(at)
        elif line.rstrip(b"\r\n \t") == end:
            ends.append(at + len(line))
        at += len(line)
    if not starts and not ends:
        return None
    if len(starts) != 1 or len(ends) != 1 or starts[0] >= ends[0]:
        raise CronProblem(
            f"the block monitor:{block_id} of the crontab is damaged (one BEGIN and one END are needed); "
            "mend it with `crontab -e`"
        )
    return starts[0], ends[0]


def period(crontab: bytes, block_id: str) -> timedelta | None:
    """How far apart the runs of the block are; None when there is no block or it was changed beyond reading."""
    place = find(crontab, block_id)
    if place is None:
        return None
    for line in crontab[place[0] : place[1]].decode("utf-8", "replace").splitlines():
        minutes = line.split(" ", 1)[0].split(",")
        if all(minute.isdigit() for minute in minutes):
            return timedelta(minutes=60 / len(minutes))
    return timedelta(hours=1)


def difference(old: bytes, new: bytes) -> str:
    """What changes, as a diff."""
    before, after = (one.decode("utf-8", "replace").splitlines() for one in (old, new))
    return "\n".join(difflib.unified_diff(before, after, "crontab", "crontab (new)", lineterm="", n=1))


# ── systemd ─────────────────────────────────────────────────────────────────


def systemd(schedule: Schedule) -> Mapping[str, str]:
    """A user timer and its service, by file name; they belong into `~/.config/systemd/user`."""
    name = f"monitor-{schedule.id}"
    command = " ".join(_unit_word(word) for word in schedule.command)
    minutes = ",".join(f"{minute:02d}" for minute in range(schedule.minute, 60, schedule.every))
    where = f"WorkingDirectory={str(schedule.source).replace('%', '%%')}\n" if schedule.source else ""
    service = (
        f"[Unit]\nDescription=News monitor, one run ({_unit_text(schedule.workspace)})\n"
        "Wants=network-online.target\nAfter=network-online.target\n\n"
        f"[Service]\nType=oneshot\n{where}ExecStart={command}\nNice=10\nUMask=0077\n"
    )
    timer = (
        f"[Unit]\nDescription=News monitor, every {schedule.every} minutes\n\n"
        f"[Timer]\nOnCalendar=*:{minutes}\nPersistent=true\nRandomizedDelaySec=20\nFixedRandomDelay=true\nAccuracySec=1\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {f"{name}.service": service, f"{name}.timer": timer}


def _unit_text(path: Path) -> str:
    return str(path).replace("%", "%%")


def _unit_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if set(escaped) & set(" \t\"'\\;") else escaped


# ── the crontab of a user ───────────────────────────────────────────────────


def read(user: str = "") -> bytes:
    """The crontab of this user (or of `user`, which only root may ask); empty when there is none."""
    done = _crontab("-l", user)
    if done.returncode == 0:
        return done.stdout
    if b"no crontab" in done.stderr.lower():
        return b""
    raise CronProblem(f"crontab -l: {_words(done)}")


def write(crontab: bytes, user: str = "") -> None:
    """Put a whole crontab in place; an empty one takes it away."""
    done = _crontab("-" if crontab else "-r", user, crontab or None)
    if done.returncode != 0:
        raise CronProblem(f"the crontab was not taken: {_words(done)}")


def _crontab(what: str, user: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = ["crontab", *(["-u", user] if user else []), what]
    try:
        return subprocess.run(command, input=given, capture_output=True, timeout=30, check=False)  # noqa: S603 - fixed words
    except FileNotFoundError as error:
        raise CronProblem("there is no crontab here (Debian: apt-get install cron); or use --systemd") from error
    except subprocess.TimeoutExpired as error:
        raise CronProblem("crontab gave no answer") from error


def _words(done: subprocess.CompletedProcess[bytes]) -> str:
    return " ".join(done.stderr.decode("utf-8", "replace").split())[:300] or f"ended with {done.returncode}"


def back_up(crontab: bytes, folder: Path, now: datetime) -> Path:
    """Keep a crontab before it is changed; the file is readable by its owner alone."""
    path = folder / f"crontab.{now:%Y%m%dT%H%M%S}.backup"
    path.touch(mode=0o600)
    path.write_bytes(crontab)
    return path


def source_of(python: str = sys.executable) -> Path | None:
    """The checkout that a run must start in, or None where the package is installed for `python`."""
    import monitor

    code = "import monitor.cli"
    done = subprocess.run([python, "-c", code], cwd="/", env={}, capture_output=True, check=False, timeout=60)  # noqa: S603
    return None if done.returncode == 0 else Path(monitor.__file__).resolve().parents[1]


def only_in_shell(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Settings that this shell has and cron will not have."""
    ours = (name for name in environ if name.startswith("MONITOR_") or name == "DATABASE_URL")
    return tuple(sorted(name for name in ours if name != "MONITOR_WORKSPACE"))


# ── is it alive ─────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class State:
    """What `cron status` says; `well` is False when a person must look."""

    well: bool
    words: str


def judge(pause: timedelta | None, last_end: datetime | None, since: datetime | None, now: datetime) -> State:
    """Whether runs come as they should. `since`: when the schedule was installed, so that a new one is not blamed."""
    if pause is None:
        return State(False, "not installed: `monitor cron install`")
    every = f"every {pause / timedelta(minutes=1):g} minutes"
    limit = pause * STALE_RUNS + timedelta(minutes=10)
    if last_end is None and (since is None or now - since <= limit):
        return State(True, f"installed, {every}; no run has ended yet")
    last = max(moment for moment in (last_end, since) if moment is not None)
    if now - last > limit:
        ended = f"the last run ended {last_end:%Y-%m-%d %H:%M} UTC" if last_end else "no run ever ended"
        return State(False, f"stale: installed, {every}, but {ended}; is cron running?")
    return State(True, f"installed, {every}; last run ended {last:%Y-%m-%d %H:%M} UTC")
