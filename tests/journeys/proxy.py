"""A machine with nginx in front, and somebody who visits it over TLS."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from conftest import need

from journeys.guide import DEBIANS_NGINX

HOST = "kurs.example.se"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass
class Visitor:
    """Somebody at an address of their own, who keeps cookies."""

    port: int
    certificate: Path
    address: str = "127.0.0.1"
    cookies: dict = field(default_factory=dict)

    def connect(self):
        trusted = ssl.create_default_context(cafile=self.certificate)
        connection = http.client.HTTPSConnection(HOST, context=trusted, source_address=(self.address, 0), timeout=120)
        connection._create_connection = lambda _, timeout, source: socket.create_connection(
            ("127.0.0.1", self.port), timeout, source
        )
        return connection

    def ask(self, verb, path, body=None, **headers):
        connection = self.connect()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(verb, path, body, sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.update((name, morsel.value) for name, morsel in SimpleCookie(line).items())
        return answer

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def token(self, page="/stod"):
        return re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)[1]

    def post(self, path, page="/stod", headers=(), **form):
        kind = "application/x-www-form-urlencoded"
        body = urlencode({"csrf_token": self.token(page), **form})
        return self.ask("POST", path, body, Content_Type=kind, **dict(headers))

    def upload(self, content):
        """Send a list of people as the form on *Personer* does."""
        edge = "kant"
        fields = {"csrf_token": self.token("/personer/import"), "sort": "employees", "per": "2026-11-01"}
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        head = f'--{edge}\r\nContent-Disposition: form-data; name="fil"; filename="personal.csv"\r\n\r\n'
        body = "".join(parts).encode() + head.encode() + content + f"\r\n--{edge}--\r\n".encode()
        return self.ask("POST", "/personer/import", body, Content_Type=f"multipart/form-data; boundary={edge}")


def need_programs():
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    need("nginx", "apt-get install nginx", found=program is not None and DEBIANS_NGINX.exists())
    for name in ("curl", "openssl"):
        need(name, f"apt-get install {name}", found=shutil.which(name) is not None)


def certify(machine):
    """The certificate and key that the guide leaves to the reader."""
    folder = machine.root / "etc/ssl/course"
    folder.mkdir(parents=True)
    subject = ("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}")
    places = ("-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem")
    kind = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split()
    subprocess.run(["openssl", "req", *kind, *subject, *places], check=True, capture_output=True)


def stop_nginx(machine):
    pid_file = machine.root / "run/nginx.pid"
    if pid_file.exists():
        os.kill(int(pid_file.read_text()), signal.SIGTERM)
