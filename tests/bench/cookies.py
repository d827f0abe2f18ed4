"""The cookie of somebody signed in."""

from flask import Flask
from flask.sessions import SecureCookieSessionInterface


def signed(app: Flask, values: dict[str, object]) -> str:
    """The value of the session cookie that holds the values."""
    cookies = app.session_interface
    assert isinstance(cookies, SecureCookieSessionInterface)
    return str(cookies.get_signing_serializer(app).dumps(values))
