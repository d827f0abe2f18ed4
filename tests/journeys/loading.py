"""The server's target in place of `wsgi:app`: it begins to load the application and never gets further."""

import os
import sys
import time
from pathlib import Path


def wait(event, arguments):
    if event == "import" and arguments[0] == "course":
        Path(os.environ["COURSE_INSTANCE"], "loading").touch()
        time.sleep(600)


sys.addaudithook(wait)

from wsgi import app  # noqa: E402, F401
