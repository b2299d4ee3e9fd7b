"""An OpenID Connect provider on loopback: real sockets, real keys, real signatures, and the claims a test wants."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "console", "secret-of-the-console"


class IdentityProvider:
    """`with IdentityProvider() as provider: …`; `claims` is who signs in, `signing_key` what it is signed with."""

    def __init__(self) -> None:
        self.key = self.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {"sub": "1001", "email": "ada@example.com", "email_verified": True}
        self.userinfo: dict[str, Any] = {}
        self.audience = CLIENT_ID
        self._challenges: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> IdentityProvider:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def list_keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "first", "alg": "RS256", "use": "sig"}]}

    def authorize(self, wanted: dict[str, str]) -> str:
        """Where the browser goes on: the person agrees at once."""
        assert wanted["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self._challenges[code] = wanted["code_challenge"]
        return f"{wanted['redirect_uri']}?{urlencode({'code': code, 'state': wanted['state']})}"

    def give_tokens(self, form: dict[str, str]) -> dict[str, Any] | None:
        challenge = self._challenges.pop(form.get("code", ""), "")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
        if not is_proven or (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return None
        claims = {"iss": self.url, "aud": self.audience, "iat": time.time(), "exp": time.time() + 60} | self.claims
        token = jwt.encode(claims, self.signing_key, algorithm="RS256", headers={"kid": "first"})
        return {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": token}


class _Handler(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(_flat(url.query)))
            self.end_headers()
            return
        answers = {
            "/.well-known/openid-configuration": self.provider.describe,
            "/keys": self.provider.list_keys,
            "/userinfo": lambda: self.provider.userinfo or self.provider.claims,
        }
        self._answer(answers[url.path]())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(self.provider.give_tokens(_flat(body)))

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self, document: dict[str, Any] | None) -> None:
        self.send_response(200 if document else 400)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(document or {"error": "invalid_grant"}).encode())


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
