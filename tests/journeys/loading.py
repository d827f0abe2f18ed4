"""The application, but a worker never gets further than having loaded it."""

import os
import time
from pathlib import Path

from wsgi import app  # noqa: F401 - the server's target in place of `wsgi:app`

Path(os.environ["COURSE_INSTANCE"], "loading").touch()
time.sleep(600)
