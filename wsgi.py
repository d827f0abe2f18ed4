"""The application as servers and the `flask` command find it."""

import signal
import sys

# A worker inherits the server's own handler, which would let a stop go unheard until all is loaded.
signal.signal(signal.SIGTERM, signal.SIG_DFL)

from course import create_app  # noqa: E402
from course.config import BadSettings  # noqa: E402
from course.db import check_reachable  # noqa: E402

try:
    app = create_app()
    with app.app_context():
        check_reachable()
except BadSettings as fault:
    sys.exit(f"course: {fault}")
