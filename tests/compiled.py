"""What all the apps of the tests compile but once: for each anew, it was most of the time of a test.

Templates, addresses and SQL depend on nothing that a test can change.
"""

from typing import ClassVar

from jinja2 import BytecodeCache
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from course import App


class Templates(BytecodeCache):
    """Compiled templates."""

    def __init__(self):
        self.compiled = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket):
        self.compiled[bucket.key] = bucket.bytecode_to_string()


class Address(Rule):
    """A rule whose functions that build addresses are compiled once for all rules that read the same."""

    compiled: ClassVar = {}

    def _compile_builder(self, append_unknown=True):
        key = (self.rule, tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self.compiled:
            self.compiled[key] = super()._compile_builder(append_unknown)
        return self.compiled[key]


def share_addresses_and_templates():
    """Let every app share them from now on."""
    App.url_rule_class = Address
    App.jinja_options = {**App.jinja_options, "bytecode_cache": Templates()}


class Statements:
    """The SQL of one engine, for databases of that engine that are alike: SQLAlchemy keeps it by the dialect."""

    def __init__(self, engine: Engine):
        with engine.connect():
            self.dialect = engine.dialect  # it has seen the database, and knows its version
        self.compiled = LRUCache(2000)

    def share(self, engine: Engine):
        """Let an engine that has not connected yet use them."""
        engine.dialect = engine.pool._dialect = self.dialect
        engine._compiled_cache = self.compiled
