"""The Postgres whose database is in the data folder and whose programs come with a Python package (a wheel). The first
process that uses it starts it; it stops after the last one has ended.

The user who runs Nightdesk, and root, connect without a password: the server asks the kernel who connects. Further
roles of the database have to give a password. The socket is in a folder of mode 0700. For root the server runs as
another user, because Postgres refuses root. No mode outside the data folder is changed.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipelines import private
from pipelines.errors import DatabaseError
from pipelines.stores import postgres_keeper, postgres_programs
from pipelines.stores.postgres_programs import VERSION

# The name of a socket's folder below /tmp ends with this many hexadecimal digits of a digest. Chosen: no two
# installations of one machine have digests that begin with the same 16 digits.
DIGEST_DIGITS = 16
# Between two tries to start the server, this many seconds pass. Chosen: nobody notices so short a wait.
POLL_SECONDS = 0.2

# If root sets up the database, the server runs as this user.
SERVER_USER = "pgserver"
# This number stands in the name of the server's socket; the server listens on no port.
PORT = 5432
# If the server's main process is killed, its other processes get this many seconds to end. They usually notice within a
# second; on a busy machine this takes much longer.
ORPHANS_SECONDS = 20.0
# If a path has only these characters, every program that reads it in an address or in Postgres' options takes it as it
# is written.
PLAIN_PATH = re.compile(r"[\w./+@-]+", re.ASCII)
# Linux allows this many bytes for a socket's path (the size of sun_path, less one byte for its end).
SOCKET_PATH_BYTES = 107
# `user_made` locks this file. Only root can write in its folder, so nobody else can hold the lock.
USER_LOCK = Path("/run/nightdesk-user.lock")
INSTEAD = "Let NIGHTDESK_DATA be a folder that can be written to, or set NIGHTDESK_DATABASE_URL."


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that this process uses: its folder, and the folder of its socket."""

    folder: Path
    socket: Path

    def address(self, database: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.socket))}&port={PORT}"


# Folder -> the lock that shows all others that this process uses the server.
_used: dict[Path, int] = {}


def server(folder: Path) -> Server:
    """Start or join the server in a folder. The server stops when the last process that joined it has ended, however
    that process ends.

    DatabaseError says why the server cannot run there.
    """
    try:
        folder = folder.resolve()
        private.data_folder(folder.parent)
        with _alone(folder):
            if folder not in _used:
                _used[folder] = _share_lock(folder)
            if not postgres_keeper.running(folder):
                _start(folder)
            return Server(folder=folder, socket=_check_folder(_socket_of(folder), folder.stat().st_uid))
    except OSError as error:
        raise DatabaseError(f"The embedded Postgres in {folder} did not start: {error}. {INSTEAD}") from None


def stop(folder: Path) -> None:
    """Stop the server in a folder, whoever uses it."""
    folder = folder.resolve()
    with _alone(folder):
        pid = postgres_keeper.running(folder)
        if pid:
            postgres_keeper.stop(folder, pid)
        if folder in _used:
            os.close(_used.pop(folder))


def is_running(folder: Path) -> bool:
    """Whether the server in a folder runs. The check neither starts nor joins it."""
    return postgres_keeper.running(folder.resolve()) is not None


def is_another_users(folder: Path) -> bool:
    """Whether this is a server's folder that belongs to another user."""
    return folder.exists() and folder.stat().st_uid != os.geteuid()


def user_made(name: str) -> pwd.struct_passwd:
    """The user of this name, created if missing. Several processes may ask for it at the same moment."""
    # useradd looks for the name before it locks the list of users: if two calls ran at the same time, the second would
    # change the number that the first gave to the user.
    with private.open_private(USER_LOCK, "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return pwd.getpwnam(name)
        except KeyError:
            words = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        try:
            subprocess.run(words, check=True, capture_output=True, text=True)
        except (FileNotFoundError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", "").strip() or error
            raise DatabaseError(
                f"The embedded Postgres refuses to run as root, and no user {name} can be made for it: {said}. "
                "Make that user, run Nightdesk as another user than root, or set NIGHTDESK_DATABASE_URL."
            ) from None
        return pwd.getpwnam(name)


def _leave() -> None:
    """Leave the servers that this process uses, and stop those that nobody else uses."""
    for folder, lock in list(_used.items()):
        # If the folder is gone, its server is gone too.
        with suppress(FileNotFoundError), _alone(folder):
            pid = postgres_keeper.running(folder)
            if pid and _last(lock):
                postgres_keeper.stop(folder, pid)
        os.close(_used.pop(folder))


def _forget() -> None:
    """In a fork, forget the inherited use of servers, because the fork may live longer than the process that joined."""
    while _used:
        os.close(_used.popitem()[1])


atexit.register(_leave)
os.register_at_fork(after_in_child=_forget)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock for starting or stopping the server of a folder."""
    with private.open_private(folder.with_name(".postgres.lock"), "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _users(folder: Path) -> Path:
    return folder.with_name(".postgres.users")


def _share_lock(folder: Path) -> int:
    """Take the shared lock that shows that this process uses the server. While the keeper stops the server, it holds
    the lock exclusively, and this function waits."""
    lock = os.open(_users(folder), os.O_RDWR | os.O_CREAT, private.FILE_MODE)
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def _last(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _start(folder: Path) -> None:
    """Start the server, which must not be running. Its keeper, a process of its own, stays."""
    user = _runs_as(folder)
    _open_to(folder.parent, user)
    _check_way(folder.parent, user)
    programs = postgres_programs.runnable(folder.parent, lambda *paths: not _find_closed(user, *paths))
    _make_folder(folder, user, programs)
    _write_rules(folder, user)
    socket = _check_folder(_socket_folder(folder, user), user.pw_uid)
    options = ["listen_addresses=", f"unix_socket_directories={socket}", f"port={PORT}"]
    command = [programs / "postgres", "-D", folder, *(word for option in options for word in ("-c", option))]
    killed = (folder / "postmaster.pid").exists()
    deadline = time.monotonic() + ORPHANS_SECONDS
    while _by_keeper("keep", user, folder, _users(folder), *command).returncode:
        # The children of a killed server may live a moment longer, and no new server can start beside them.
        if not killed or time.monotonic() > deadline:
            raise DatabaseError(
                f"The embedded Postgres in {folder} did not start: the end of {folder / 'log'} says why. {INSTEAD}"
            )
        time.sleep(POLL_SECONDS)


def _check_way(data: Path, user: pwd.struct_passwd) -> None:
    """Raise DatabaseError if the server's user cannot reach the data folder."""
    shut = _find_closed(user, data)
    if shut:
        raise DatabaseError(
            f"The embedded Postgres runs as the user {user.pw_name}, since it refuses root, and that user may not "
            f"enter {shut}: let NIGHTDESK_DATA be elsewhere, run Nightdesk as another user than root, set "
            f"NIGHTDESK_DATABASE_URL, or open the folder yourself (chmod o+x {shut})."
        )


def _find_closed(user: pwd.struct_passwd, *paths: Path) -> str:
    """The first folder or file on the way to these paths that a user may not enter or read; empty if there is none."""
    return "" if user.pw_uid == os.geteuid() else _by_keeper("closed", user, *paths).stdout.strip()


def _by_keeper(what: str, user: pwd.struct_passwd, *words: Any) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-I",
        "-S",
        postgres_keeper.__file__,
        what,
        str(user.pw_uid),
        str(user.pw_gid),
        *map(str, words),
    ]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip


def _make_folder(folder: Path, user: pwd.struct_passwd, programs: Path) -> None:
    """Make the database's folder, unless it exists: initdb fills another folder beside it, which then gets its
    name."""
    if (folder / "PG_VERSION").exists():
        found = (folder / "PG_VERSION").read_text(encoding="utf-8").strip()
        if found != str(VERSION):
            raise DatabaseError(
                f"The database in {folder} was made by Postgres {found}, and this Nightdesk brings {VERSION}: dump it "
                "with the Nightdesk that made it, move the folder away, and restore the dump; see docs/operations.md."
            )
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise DatabaseError(f"{folder} holds no database of Postgres, but is not empty either: move it away.")
    beside = folder.with_name(".postgres.new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(mode=0o700)
    _give(beside, user)
    words = ["--auth-local=peer", "--auth-host=scram-sha-256", "--encoding=UTF8", "--username=postgres"]
    ours = os.geteuid() == user.pw_uid
    done = subprocess.run(
        [str(programs / "initdb"), *words, "-D", str(beside)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        umask=0o077,
        user=None if ours else user.pw_uid,
        group=None if ours else user.pw_gid,
        extra_groups=None if ours else [],
    )
    if done.returncode:
        said = " ".join(done.stderr.split())
        raise DatabaseError(f"The embedded Postgres in {folder} could not be made: {said} {INSTEAD}")
    if folder.is_dir():
        folder.rmdir()
    beside.rename(folder)


def _give(path: Path, user: pwd.struct_passwd) -> None:
    if user.pw_uid != os.geteuid():
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _runs_as(folder: Path) -> pwd.struct_passwd:
    """The user of the server: the owner of its folder. If there is no folder yet: the user of this process or, for
    root, the server's own user."""
    uid = folder.stat().st_uid if folder.exists() else os.geteuid()
    if uid != os.geteuid() and os.geteuid() != 0:
        raise DatabaseError(f"The embedded Postgres in {folder} belongs to another user: run Nightdesk as that user.")
    if uid == 0:
        return user_made(SERVER_USER)
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise DatabaseError(
            f"Postgres runs only as a user with a name, and {uid} has none on this machine: "
            "run Nightdesk as one that has, or set NIGHTDESK_DATABASE_URL."
        ) from None


def _open_to(data: Path, user: pwd.struct_passwd) -> None:
    """Set the mode of the data folder. If the server runs as another user, that user may pass through the folder, but
    not list it."""
    found = data.stat()
    wanted = private.FOLDER_MODE if user.pw_uid == found.st_uid else private.PASSAGE
    if stat.S_IMODE(found.st_mode) != wanted and found.st_uid == os.geteuid():
        data.chmod(wanted)


def _write_rules(folder: Path, user: pwd.struct_passwd) -> None:
    """Write who may connect: the user who runs Nightdesk, and root, as the kernel identifies them; and any other role
    of the database that gives its password."""
    names = {"root", pwd.getpwuid(user.pw_uid).pw_name} - {SERVER_USER}
    head = "# Written by Nightdesk each time the server starts.\n"
    rules = "local all postgres peer map=nightdesk\nlocal all all scram-sha-256\n"
    users = "".join(f'nightdesk "{name}" postgres\n' for name in sorted(names))
    for name, text in (("pg_hba.conf", head + rules), ("pg_ident.conf", head + users)):
        beside = folder / f".{name}.new"
        beside.unlink(missing_ok=True)
        with private.open_private(beside, "x", encoding="utf-8") as file:
            file.write(text)
        _give(beside, user)
        beside.replace(folder / name)


def _socket_folder(folder: Path, user: pwd.struct_passwd) -> Path:
    """The folder where the server listens: the database's folder, or one below /tmp if the path of the database's
    folder is too long or has other characters than PLAIN_PATH."""
    if PLAIN_PATH.fullmatch(str(folder)) and len(str(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES:
        return folder
    found = Path(tempfile.gettempdir()) / f"nightdesk-{sha256(os.fsencode(folder)).hexdigest()[:DIGEST_DIGITS]}"
    # An existing folder may be from an earlier start of this server; its owner is checked in any case.
    with suppress(FileExistsError):
        found.mkdir(mode=0o700)
        _give(found, user)
    return found


def _socket_of(folder: Path) -> Path:
    """The folder where the running server listens, as the server itself says."""
    return Path((folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()[4])


def _check_folder(socket: Path, owner: int) -> Path:
    """Return the folder of a socket. DatabaseError unless it belongs to this owner and nobody else can use it."""
    found = socket.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise DatabaseError(
            f"The embedded Postgres cannot listen in {socket}: it is no folder of the server's user alone (mode "
            f"{stat.S_IMODE(found.st_mode):o}, user {found.st_uid}). Find out who made it, and remove it."
        )
    return socket
