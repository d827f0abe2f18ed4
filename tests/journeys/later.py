"""The application an hour later."""

from datetime import datetime, timedelta

import time_machine

time_machine.travel(datetime.now().astimezone() + timedelta(hours=1)).start()
from wsgi import app  # noqa: E402, F401 - the server's target in place of `wsgi:app`
