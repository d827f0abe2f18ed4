"""A request is let in when all of it has come: whoever sends slowly holds up nobody else.

The server gives every request a thread as soon as its first lines have come, and waits for the rest of it without a
limit. So it is given many threads (cli/serve.py), of which few may work at once and not all may wait for a body.
"""

from collections.abc import Iterable
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

AT_WORK = 4
"""Requests that are worked on at once; more would only fight over the interpreter."""
ARRIVING = 48
"""Bodies that may be waited for at once; the server must have more threads than this and AT_WORK together."""
FAULT = "course.arrival"
"""Where the environment holds the HTTP status of what was wrong with the body."""


class Arrival:
    """WSGI middleware: reads bodies of up to `largest` bytes whole, larger ones are left for their view to read.

    A body that ends before its own length is a fault and not a short form: half an answer can look like another.
    """

    def __init__(self, app: "WSGIApplication", largest: int) -> None:
        self._app = app
        self._largest = largest
        self._at_work = BoundedSemaphore(AT_WORK)
        self._arriving = BoundedSemaphore(ARRIVING)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self._receive(environ)
        with self._at_work:
            return self._app(environ, start_response)

    def _receive(self, environ: "WSGIEnvironment") -> None:
        if environ.get("HTTP_TRANSFER_ENCODING"):
            environ[FAULT] = 411  # nobody could tell whether it has all come
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or not 0 < int(length) <= self._largest:
            return
        if not self._arriving.acquire(blocking=False):
            environ[FAULT] = 503
            return
        try:
            body = environ["wsgi.input"].read(int(length))
        finally:
            self._arriving.release()
        if len(body) < int(length):
            environ[FAULT] = 400
        environ["wsgi.input"] = BytesIO(body)
