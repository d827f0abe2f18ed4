"""Whose turn it is to write: one line for the threads of all processes. DECISIONS.md, "Waiting for one's turn"."""

import fcntl
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Lock, Thread

LATE = "the write lock is held for too long"
_lines: defaultdict[str, Lock] = defaultdict(Lock)
"""{path: where this process's own threads stand in line}."""
_stuck: set[str] = set()
"""The paths for which somebody in this process has given up waiting, until it moves on."""


@contextmanager
def turn(path: str, seconds: float) -> Iterator[None]:
    """Hold the turn of a path; its two lock files are made when they are missing.

    Raises TimeoutError when the turn has not come within the seconds, another OSError when a file cannot be opened.
    """
    end = time.monotonic() + seconds
    line = _lines[path]
    if not line.acquire(timeout=0 if path in _stuck else seconds):
        _stuck.add(path)
        raise TimeoutError(LATE)
    try:
        held = _first_among_processes(path, end)
        try:
            yield
        finally:
            os.close(held)
            _stuck.discard(path)
    finally:
        line.release()


def _first_among_processes(path: str, end: float) -> int:
    """The open lock file, locked; `end` is by the monotonic clock."""
    head = _opened(f"{path}.line")
    try:
        lock = _opened(f"{path}.lock")
    except OSError:
        os.close(head)
        raise
    if _takes(head) and _takes(lock):
        os.close(head)
        return lock
    if path in _stuck:
        os.close(head)
        os.close(lock)
        raise TimeoutError(LATE)
    came: Future[None] = Future()

    def wait() -> None:
        fcntl.flock(head, fcntl.LOCK_EX)  # at the head of the line: nobody who comes later can be quicker
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.close(head)
        came.set_result(None)

    def leave(_came: Future[None]) -> None:
        os.close(lock)
        _stuck.discard(path)

    Thread(target=wait, daemon=True).start()  # flock knows no limit, and asking again and again knows no order
    try:
        came.result(max(0, end - time.monotonic()))
    except TimeoutError:
        _stuck.add(path)
        came.add_done_callback(leave)
        raise TimeoutError(LATE) from None
    return lock


def _opened(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _takes(lock: int) -> bool:
    """Whether the lock was free, and is now taken."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
