"""The cookie that holds a browser's session, and the token of its forms: signed, and no clock is asked about either."""

import hashlib
import hmac
import secrets

from flask import Flask, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer


class SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie, which sessions in the database make good or not: its own age says nothing.

    Flask refuses one that is signed in the future, so a server whose clock is a second behind another's would sign
    people out.
    """

    digest_method = staticmethod(hashlib.sha256)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs and reads cookies: with every key that counts, and also what was signed with SHA-1 earlier."""
        found = super().get_signing_serializer(app)
        if found is not None:
            found.fallback_signers = [{"key_derivation": self.key_derivation, "digest_method": hashlib.sha1}]
        return found

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """What the browser's cookie holds; nothing when it is not ours."""
        signer = self.get_signing_serializer(app)
        sent = request.cookies.get(self.get_cookie_name(app))
        if signer is None or not sent:
            return self.session_class()
        try:
            return self.session_class(signer.loads(sent))
        except BadSignature:
            return self.session_class()


def form_token() -> str:
    """The token that every form of the session carries, made with its first; another site cannot know it."""
    token: str = session.get("csrf_token") or secrets.token_urlsafe(32)
    if "csrf_token" not in session:
        session["csrf_token"] = token
    return token


def is_own_token(sent: str) -> bool:
    """Whether it is the token of this session's forms."""
    known = session.get("csrf_token")
    return isinstance(known, str) and bool(known) and hmac.compare_digest(known.encode(), sent.encode())
