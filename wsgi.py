"""The application as servers and the `flask` command find it."""

import os
import signal
import sys

# A worker inherits the server's own handler, which would let a stop go unheard until all is loaded.
signal.signal(signal.SIGTERM, signal.SIG_DFL)

from course import create_app  # noqa: E402
from course.config import BadSettings  # noqa: E402
from course.content.queries import current, newest_release_id  # noqa: E402
from course.db import database  # noqa: E402
from course.revision import check_current  # noqa: E402

command = os.environ.get("FLASK_RUN_FROM_CLI") == "true"
try:
    app = create_app(pages=not command or not {"run", "routes", "shell"}.isdisjoint(sys.argv))
    if not command:  # commands say for themselves what they want: cli/group.py
        with app.app_context():
            check_current()
            current(database.session, newest_release_id(database.session))  # read before the first learner asks
except BadSettings as fault:
    sys.exit(f"course: {fault}")
