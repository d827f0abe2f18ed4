"""The application, but a writer is told after half a second that nothing can be saved."""

from course import db

db.LONGEST_WAIT = 0.5
from wsgi import app  # noqa: E402, F401 - the server's target in place of `wsgi:app`
