"""Copying a PostgreSQL database out, and putting a copy in its place: by PostgreSQL's own programs.

The database is the product's alone: everything in its schema is copied, and everything is replaced.
"""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from sqlalchemy import text

from course.backup.contents import Contents, contents_of
from course.db import app_settings, check_reachable, database
from course.errors import Conflict, Invalid

EMPTY = """\
SET client_min_messages = warning;
DO $$ DECLARE statement text; BEGIN
    FOR statement IN
        SELECT format('DROP TABLE %I.%I CASCADE', schemaname, tablename)
        FROM pg_tables WHERE schemaname = current_schema()
        UNION ALL
        SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND prorettype = 'trigger'::regtype
    LOOP EXECUTE statement; END LOOP;
END $$;
"""
OTHERS = """\
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL
"""
"""The server's own workers have no user."""
TRIES = 10
"""A connection that has just been closed is seen for a moment still."""
ROWS_OF = re.compile(rb'COPY \w+\.("?)(?P<table>\w+)\1 \(')
LAST_ROW = b"\\.\n"


def room() -> Path:
    """The folder in which a copy is unpacked."""
    return app_settings().instance


def copy_out(copy: Path) -> Contents:
    """Copy the database as it is at one instant, whoever writes meanwhile. Raises Conflict when that fails."""
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        contents = contents_of(connection)
        _run("pg_dump", "--no-password", "--format=custom", f"--snapshot={snapshot}", f"--file={copy}", there=True)
    return contents


def check(copy: Path, contents: Contents) -> None:
    """Raise Invalid unless the copy can be read to its end and holds exactly that many rows in each table."""
    found: dict[str, int] = {}
    table = ""
    command = [_program("pg_restore"), "--data-only", "--file=-", str(copy)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reading:  # noqa: S603 - as below
        for line in reading.stdout or ():
            if not table:
                if head := ROWS_OF.match(line):
                    table = head["table"].decode()
                    found[table] = 0
            elif line == LAST_ROW:
                table = ""
            else:
                found[table] += 1
    if reading.returncode:
        raise Invalid("Kopian av databasen är skadad: pg_restore kan inte läsa den.")
    if found != contents.rows:
        raise Invalid("Kopian av databasen har inte de rader som manifestet säger.")


def held() -> Contents:
    """What the database holds."""
    with database.engine.connect() as connection:
        return contents_of(connection)


def refuse_company() -> None:
    """Raise Conflict when somebody else is connected to the database."""
    database.engine.dispose()
    check_reachable()
    for _ in range(TRIES):
        with database.engine.connect() as connection:
            if not connection.execute(text(OTHERS)).scalar_one():
                return
        time.sleep(0.1)
    raise Conflict("Andra program är anslutna till databasen. Stoppa servern och vänta tills andra kommandon är klara.")


def put_in(copy: Path, contents: Contents) -> None:
    """Empty the database, put the copy in and count its rows, in one transaction. Raises Conflict when that fails."""
    scripts = [copy.with_name(name) for name in ("empty.sql", "copy.sql", "count.sql")]
    scripts[0].write_text(EMPTY, encoding="utf-8")
    _run("pg_restore", "--no-owner", "--no-privileges", "--no-comments", f"--file={scripts[1]}", str(copy))
    scripts[2].write_text(_counting(contents), encoding="utf-8")
    database.engine.dispose()
    strictly = ("--no-password", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction")
    _run("psql", *strictly, *(f"--file={script}" for script in scripts), there=True)


def _counting(contents: Contents) -> str:
    """A script that fails unless each table has its rows."""
    checks = " ".join(  # the names are those that check() found in the copy
        f"IF (SELECT count(*) FROM \"{table}\") <> {count} THEN RAISE EXCEPTION 'rows of {table}'; END IF;"  # noqa: S608
        for table, count in contents.rows.items()
    )
    return f"RESET search_path; DO $$ BEGIN {checks} END $$; ANALYZE;\n"


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Conflict(f"Programmet {name} saknas på den här datorn. Installera paketet postgresql-client.")
    return found


def _run(name: str, *words: str, there: bool = False) -> None:
    """Run one of PostgreSQL's programs, connected to the database when `there`.

    Raises Conflict with its first complaint when it fails. The password stands in its environment alone.
    """
    environment, command = dict(os.environ), [_program(name), *words]
    if there:
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - would cost every start on SQLite 0.1 s

        _, parts = database.engine.dialect.create_connect_args(database.engine.url)
        if secret := parts.pop("password", ""):
            environment["PGPASSWORD"] = secret
        place = {name: str(value) for name, value in parts.items() if isinstance(value, str | int)}
        command.append(f"--dbname={make_conninfo(**place)}")
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - a program of PostgreSQL's with words of ours
    if done.returncode:
        complaint = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise Conflict(f"{name} misslyckades: {complaint}")
