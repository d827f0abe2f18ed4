"""The application, but the process is killed once an answer is committed and before anybody hears of it."""

import os
import signal

from wsgi import app as whole


def app(environ, start_response):
    """The server's target in place of `wsgi:app`."""
    response = whole(environ, start_response)
    if environ["REQUEST_METHOD"] == "POST" and "/fraga/" in environ["PATH_INFO"]:
        os.kill(os.getpid(), signal.SIGKILL)
    return response
