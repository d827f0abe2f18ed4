"""The application as servers and the `flask` command find it."""

import signal
import sys

from course import create_app
from course.config import BadSettings
from course.db import check_reachable

# A worker inherits the server's own handler, which would let a stop go unheard until the app is loaded.
signal.signal(signal.SIGTERM, signal.SIG_DFL)
try:
    app = create_app()
    with app.app_context():
        check_reachable()
except BadSettings as fault:
    sys.exit(f"course: {fault}")
