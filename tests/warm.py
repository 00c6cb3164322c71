"""Programs of ours that the tests start are forked from an interpreter that has their imports already.

A crawl's child, the nursery of extract's workers, a courier, the command line and scripts of the fault tests take up to
a second of CPU each to import what they need, hundreds of times in a run of all tests. What is forked here is the same
program: a process of its own and a child of whoever started it, with the arguments, environment, folder, pipes and
command line that `subprocess` was asked for. It differs in what the kernel alone keeps, /proc/<pid>/environ, in who
imported what when, and in its end: what it made is not freed, object by object.
NIGHTDESK_TESTS_COLD=1, or the mark `cold` of a test or a file, starts each with an interpreter of its own, as all else.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import gc
import importlib
import os
import pickle
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import types
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import setproctitle

PR_SET_CHILD_SUBREAPER = 36
MADV_COLLAPSE = 25
# Of x86-64, and of ARM with usual pages; it needs to be no smaller than the kernel's.
LARGE_PAGE_BYTES = 1 << 21
# Above every descriptor that a test has open; what a program is given lies here for the moment.
HIGH = 700
# Bytes of one message: the arguments and the environment.
LONGEST = 1 << 20
# Seconds within which a fork has a new parent; beyond it nobody waits for the program.
ADOPTED_WITHIN = 30.0
# Seconds for the answer, the interpreter's own start included. Measured: over 120 at low priority beside five others.
ANSWERED_WITHIN = 600.0

MODULES = ("spiders", "pipelines.extract.nursery", "pipelines.notify.courier", "demo")
# How the tests start the command line, where they do not start the script itself.
COMMANDS = "from pipelines.cli import main; main()"
# So begins a script of a test's own that calls our stages and may be forked as well.
SCRIPT = "# A script of ours, begun warm.\n"
# What a crawl loads on its way, beside what our own modules import; the reactor itself belongs to one process alone.
ON_THE_WAY = (
    "scrapy.core.downloader.contextfactory",
    "encodings.idna", "psycopg2.sql", "queuelib", "sqlite3", "tzdata",
    "scrapy.downloadermiddlewares.defaultheaders", "scrapy.downloadermiddlewares.downloadtimeout",
    "scrapy.downloadermiddlewares.redirect", "scrapy.downloadermiddlewares.retry",
    "scrapy.downloadermiddlewares.useragent", "scrapy.dupefilters", "scrapy.extensions.memusage", "scrapy.logformatter",
    "scrapy.pqueues", "scrapy.spidermiddlewares.referer", "scrapy.squeues", "scrapy.statscollectors",
    "scrapy.utils.engine", "scrapy.utils.request", "twisted.internet.asyncioreactor",
)  # fmt: skip
# These make something when they are imported that a fork must not share, or need what is not installed.
LEFT_OUT = ("__main__", "spiders.browser", "spiders.visit", "pipelines.airflow")

_Popen = subprocess.Popen
_switched_on = True


@dataclass(frozen=True)
class Program:
    """A program to run: its words as the command line has them, its environment and folder, and its descriptors."""

    words: tuple[str, ...]
    env: Mapping[str, str]
    folder: str
    # The numbers that its descriptors have in it: standard input, output and error, and what it was passed.
    numbers: tuple[int, ...]

    @property
    def starts_others(self) -> bool:
        """Whether it may start such programs itself."""
        return "-c" in self.words


class Oven:
    """A warm interpreter, a child of this process, and the socket to ask it over, with whose other end it ends.

    It is not bound to whoever asks first as the kernel binds a child to its parent: that may be a thread, which ends.
    """

    def __init__(self, pid: int, asked: socket.socket) -> None:
        self.owner, self.pid, self.asked = os.getpid(), pid, asked
        # Whatever went wrong on the other side, nobody waits for ever.
        self.asked.settimeout(ANSWERED_WITHIN)

    def start(self, program: Program, descriptors: Sequence[int]) -> int:
        """The pid of the program, which is a child of ours."""
        # What is left behind by its parent becomes ours, for the moment that this takes.
        _prctl(PR_SET_CHILD_SUBREAPER, 1)
        try:
            socket.send_fds(self.asked, [pickle.dumps(program)], list(descriptors))
            answer = self.asked.recv(64)
        finally:
            _prctl(PR_SET_CHILD_SUBREAPER, 0)
        if not answer:
            raise OSError("the warm interpreter is gone")
        return int(answer)


_oven: Oven | None = None
# One start at a time: who adopts what is left behind is said of the whole process, not of a thread.
_starting = threading.Lock()


class Popen(subprocess.Popen):  # type: ignore[type-arg]
    """subprocess.Popen, which has some programs of ours forked."""

    def _execute_child(  # type: ignore[no-untyped-def]
        self, args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags, shell,
        p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, *rest,
    ):  # fmt: skip
        words = () if isinstance(args, str | bytes) or shell else tuple(map(os.fspath, args))
        # What is asked of the new process beyond the usual is for a real start: users, groups, a session of its own.
        usual = preexec_fn is None and close_fds and rest in USUAL
        if not (_switched_on and usual and _is_warm(words)):
            super()._execute_child(  # type: ignore[misc]
                args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags, shell,
                p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, *rest,
            )  # fmt: skip
            return
        given = [own if pipe == -1 else pipe for own, pipe in enumerate((p2cread, c2pwrite, errwrite))]
        program = Program(
            words,
            {os.fsdecode(name): os.fsdecode(value) for name, value in (os.environ if env is None else env).items()},
            os.fspath(cwd) if cwd else str(Path.cwd()),
            (0, 1, 2, *pass_fds),
        )
        try:
            with _starting:
                self.pid = _warm().start(program, [*given, *pass_fds])
            self._child_created = True
        finally:
            self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]


# restore_signals, gid, gids, uid, umask, start_new_session, process_group: those that nobody has asked for.
USUAL = ((True, None, None, None, -1, False, -1),)


def switch(on: bool) -> None:
    """Whether programs are forked from now on."""
    global _switched_on
    _switched_on = on


def install() -> None:
    """Have this process, and what is forked for it, start those programs warm."""
    subprocess.Popen = Popen  # type: ignore[misc]


def main(number: int, owner: int) -> None:
    """Be the warm interpreter of the process `owner`; returns in each program that is forked, once it has run."""
    # It looks for the place of our words when it is asked first, and finds it while our environment is untouched.
    setproctitle.getproctitle()
    for name in ON_THE_WAY:
        importlib.import_module(name)
    import demo
    import pipelines
    import spiders
    from pipelines import timezones
    from pipelines.extract import warm  # noqa: F401 -- it reads a page

    # Each program that reads settings would list them, from six hundred files.
    timezones.names()
    for package in (pipelines, spiders, demo):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not any(part in module.name for part in LEFT_OUT):
                importlib.import_module(module.name)
    install()
    gc.collect()
    gc.freeze()
    _collapse()
    asked = socket.socket(fileno=number)
    while True:
        program = _serve(asked, owner)
        if not program.starts_others:
            break
        owner = os.getpid()
        mine, asked = _pair()
        pid = os.fork()
        if pid:
            asked.close()
            globals()["_oven"] = Oven(pid, mine)
            break
        mine.close()
    _end(program)


def _warm() -> Oven:
    """The warm interpreter of this process, begun where there is none."""
    global _oven
    if _oven is None or _oven.owner != os.getpid():
        mine, theirs = _pair()
        process = _Popen(
            [sys.executable, "-m", "tests.warm", str(theirs.fileno()), str(os.getpid())],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        # Ended by our end; nobody waits for it.
        process.returncode = 0
        _oven = Oven(process.pid, mine)
    return _oven


def _is_warm(words: tuple[str, ...]) -> bool:
    if words[:1] == (str(Path(sys.executable).with_name("nightdesk")),):
        return True
    if words[:1] != (sys.executable,):
        return False
    rest = words[2:] if words[1:2] == ("-P",) else words[1:]
    if rest[:1] == ("-c",):
        return rest[1] == COMMANDS or rest[1].startswith(SCRIPT)
    return rest[:1] == ("-m",) and rest[1] in MODULES


def _serve(asked: socket.socket, owner: int) -> Program:
    """Fork a program for each request; returns in the program."""
    # Ctrl-C is for the programs.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(asked, LONGEST, 64)
        if not message:
            os._exit(0)
        between = os.fork()
        if between == 0:
            if os.fork():
                os._exit(0)
            program: Program = pickle.loads(message)
            _become(program, descriptors, asked, owner)
            return program
        os.waitpid(between, 0)
        for descriptor in descriptors:
            os.close(descriptor)


def _become(program: Program, descriptors: Sequence[int], asked: socket.socket, owner: int) -> None:
    deadline = time.monotonic() + ADOPTED_WITHIN
    while os.getppid() != owner:
        if time.monotonic() > deadline:
            os._exit(70)
        time.sleep(0.0005)
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, HIGH) for descriptor in (asked.detach(), *descriptors)]
    answer, *given = high
    for source, number in zip(given, program.numbers, strict=True):
        os.dup2(source, number)
    kept = sorted({*program.numbers, answer})
    for low, above in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
        os.closerange(low + 1, above)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(program.folder)
    os.environ.clear()
    os.environ.update(program.env)
    time.tzset()
    setproctitle.setproctitle(" ".join(program.words))
    # From here on it is what was asked for, as after an exec.
    os.write(answer, str(os.getpid()).encode())
    os.close(answer)


def _end(program: Program) -> NoReturn:
    """Run it, and end as the interpreter ends, but leave all memory to the kernel.

    An interpreter frees what it made, object by object. What is shared with the warm one would be copied for that,
    70 MB for each program: three quarters of the CPU of a short one.
    """
    code: Any = 0
    interrupted = False
    try:
        _run(program)
    except SystemExit as ended:
        code = ended.code
    except BaseException as error:  # noqa: BLE001 -- as the interpreter does
        sys.excepthook(*sys.exc_info())
        code, interrupted = 1, isinstance(error, KeyboardInterrupt)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    if not isinstance(code, int | None):
        print(code, file=sys.stderr)
        code = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    if interrupted:
        # Whoever waits sees that it was a signal.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code or 0)


def _run(program: Program) -> None:
    """Run it as the interpreter would, which ends with it."""
    words = program.words[1:]
    if program.words[0] != sys.executable:
        words = ("-c", COMMANDS, *words)
    if words[0] == "-P":
        words = words[1:]
    else:
        sys.path[0] = program.folder if words[0] == "-m" else ""
    if words[0] == "-m":
        sys.argv = list(words[1:])
        # Here everything was imported before.
        warnings.filterwarnings("ignore", "'.*' found in sys.modules after import of package", RuntimeWarning)
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    sys.argv = ["nightdesk" if program.words[0] != sys.executable else "-c", *words[2:]]
    scope = types.ModuleType("__main__")
    sys.modules["__main__"] = scope
    exec(compile(words[1], "<string>", "exec"), vars(scope))


def _collapse() -> None:
    """Have the kernel keep what was made so far in large pages, of which a fork copies and an end frees far fewer."""
    libc = ctypes.CDLL(None)
    for line in Path("/proc/self/maps").read_text(encoding="utf-8").splitlines():
        span, rights, _, _, inode, *_ = line.split()
        if (rights, inode) == ("rw-p", "0"):
            begin, end = (int(address, 16) for address in span.split("-"))
            begin, end = -(-begin // LARGE_PAGE_BYTES) * LARGE_PAGE_BYTES, end // LARGE_PAGE_BYTES * LARGE_PAGE_BYTES
            if begin < end:
                # Before Linux 6.1, or without room, the pages stay as they are.
                libc.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), MADV_COLLAPSE)


def _pair() -> tuple[socket.socket, socket.socket]:
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (mine, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST)
    return mine, theirs


def _prctl(what: int, value: int) -> None:
    ctypes.CDLL(None).prctl(what, value, 0, 0, 0)


if __name__ == "__main__":
    # Under its own name, so that what is pickled here and there is of the same class.
    from tests import warm

    warm.main(int(sys.argv[1]), int(sys.argv[2]))
