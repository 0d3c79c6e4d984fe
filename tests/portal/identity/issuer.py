"""A real OpenID Connect issuer on this machine: discovery, authorization code with PKCE, keys, tokens and userinfo."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from kvitto.runs.office import SignOnServer

CLIENT, SECRET = "kvitto", "a secret between two servers"


@cache
def key_number(_number: int) -> rsa.RSAPrivateKey:
    """A key; making one takes a while."""
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Issuer:
    """What the issuer knows, and how it may be made to lie. `claims` go into every token over the right ones."""

    server: SignOnServer
    address: str
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    called: str = ""  # what it calls itself, if not by its address
    key: rsa.RSAPrivateKey = field(default_factory=lambda: key_number(1))
    signs_with: rsa.RSAPrivateKey | None = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    is_down: bool = False

    def configuration(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.called or self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def keys(self) -> dict[str, Any]:
        """Its public key."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where to send the browser back to."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """The token for a code, if client and verifier are right."""
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(sent.get("code", ""), None)
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if asked is None or authorization != f"Basic {expected}" or challenge != asked.get("code_challenge"):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        right = {
            "iss": self.address, "aud": CLIENT, "sub": "anna-1", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
        }  # fmt: skip
        claims = {name: value for name, value in {**right, **self.claims}.items() if value is not None}
        keys: dict[str, Any] = {"none": "", "HS256": SECRET * 2}
        key = keys.get(self.algorithm, self.signs_with or self.key)
        id_token = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "one"})
        return 200, {"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": id_token}


@contextmanager
def issuer_in(folder: Path) -> Iterator[Issuer]:
    """An issuer at a free port; its secret lies in the folder."""
    found: list[Issuer] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer, parts = found[0], urlsplit(self.path)
            if issuer.is_down:
                self.answer(503, {})
            elif parts.path == "/.well-known/openid-configuration":
                self.answer(200, issuer.configuration())
            elif parts.path == "/keys":
                self.answer(200, issuer.keys())
            elif parts.path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
                self.answer(200, issuer.userinfo or {"sub": "anna-1"})
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", issuer.authorize(dict(parse_qsl(parts.query))))
                self.end_headers()
            else:
                self.answer(404, {})

        def do_POST(self) -> None:
            sent = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.answer(*found[0].token(sent, self.headers["Authorization"] or ""))

        def answer(self, status: int, value: dict[str, Any]) -> None:
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{httpd.server_address[1]}"
    secret = folder / "sso.secret"
    secret.write_text(f"{SECRET}\n")
    found.append(Issuer(SignOnServer(address, CLIENT, secret, "Example"), address))
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield found[0]
    httpd.shutdown()
    thread.join()
    httpd.server_close()
