"""The application as servers and the `flask` command find it."""

import sys

from course import create_app
from course.config import BadSettings
from course.db import check_reachable

try:
    app = create_app()
    with app.app_context():
        check_reachable()
except BadSettings as fault:
    sys.exit(f"course: {fault}")
