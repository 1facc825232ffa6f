"""An identity provider of one's own whose every answer a test can falsify. It signs, and says what it is told to."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec


class LyingProvider(ThreadingHTTPServer):
    """Serves what OpenID Connect asks for. ``published``, ``claims`` and ``token`` change what it says.

    ``asked`` is the body of the latest question for a token; ``down`` are paths that are answered by 500.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.reset()
        Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self.server_port}"

    def reset(self):
        self.published, self.claims, self.token, self.down, self.asked = {}, {}, {}, set(), {}

    def metadata(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/logga-in",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/nycklar",
            **self.published,
        }

    def keys(self):
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "1", "alg": "ES256", "use": "sig"}]}

    def tokens(self):
        now = int(time.time())
        told = {"iss": self.issuer, "aud": "portalen", "sub": "abc", "iat": now, "exp": now + 300, **self.claims}
        id_token = jwt.encode(told, self.key, algorithm="ES256", headers={"kid": "1"})
        return {"access_token": "a", "token_type": "Bearer", "id_token": id_token, **self.token}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        answers = {"/.well-known/openid-configuration": self.server.metadata, "/nycklar": self.server.keys}
        self._answer(answers.get(self.path))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(self.server.tokens if urlsplit(self.path).path == "/token" else None)

    def _answer(self, make):
        failing = make is None or self.path in self.server.down
        body = b"fel" if failing else json.dumps(make()).encode()
        self.send_response(500 if failing else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass
