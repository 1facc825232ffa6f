"""Uploaded files in an object storage that speaks S3, for several hosts. What uses it is the same as with a folder.

Four kinds of requests are all that is needed, signed as AWS describes (Signature Version 4). The usual client, boto3,
is a thousand times as much, and wants an older python-dateutil than the calendars here.
"""

import datetime
import hashlib
import hmac
from urllib.parse import quote, urlsplit

import requests
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

PATIENCE = 5, 60  # seconds: until it answers, and between two parts of the answer
EMPTY = hashlib.sha256(b"").hexdigest()


class Away(OSError):
    """The storage does not answer, or refuses."""


class ObjectStorage(Storage):
    """``endpoint`` is the storage's address, ``https://…``; the bucket is the first part of the path there."""

    def __init__(self, *, endpoint, bucket, region, key, secret):
        self.address = f"{endpoint.rstrip('/')}/{bucket}/"
        self.region, self.key, self.secret = region, key, secret

    def _open(self, name, mode="rb"):
        answer = self._ask("GET", name)
        if answer.status_code == 404:
            raise FileNotFoundError(name)
        return ContentFile(answer.content, name)

    def _save(self, name, content):
        content.seek(0)
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        self._ask("PUT", name, digest=digest, data=content.read())
        return name

    def delete(self, name):
        self._ask("DELETE", name)

    def exists(self, name):
        return self._ask("HEAD", name).status_code == 200

    def size(self, name):
        return int(self._ask("HEAD", name).headers["Content-Length"])

    def _ask(self, method, name, *, digest=EMPTY, **sent):
        url = self.address + quote(name, safe="/~")
        now = datetime.datetime.now(datetime.UTC)
        headers = signed(method, url, digest, now, region=self.region, key=self.key, secret=self.secret)
        try:
            answer = requests.request(method, url, headers=headers, timeout=PATIENCE, allow_redirects=False, **sent)
        except requests.RequestException as error:
            raise Away(str(error)) from error
        if answer.status_code not in (200, 204, 404) or (method == "PUT" and answer.status_code == 404):
            raise Away(f"{method} {url}: {answer.status_code}")
        return answer


def signed(method, url, digest, now, *, region, key, secret, **more):
    """The headers of a request without query, signed. ``digest`` is the SHA-256 of what is sent."""
    moment, place = f"{now:%Y%m%dT%H%M%SZ}", urlsplit(url)
    scope = f"{now:%Y%m%d}/{region}/s3/aws4_request"
    headers = {"host": place.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment, **more}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    asked = "\n".join([method, place.path, "", lines, names, digest])
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(asked.encode()).hexdigest()])
    signature = _hmac(_key_for(scope, secret), text).hex()
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={key}/{scope},SignedHeaders={names},Signature={signature}"
    return headers


def _key_for(scope, secret):
    found = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        found = _hmac(found, part)
    return found


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
