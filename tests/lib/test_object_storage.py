"""Files in an object storage: signed as AWS's own examples, and kept by a server that speaks S3."""

import datetime
import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.core.files.base import ContentFile

from lib.object_storage import EMPTY, Away, ObjectStorage, signed
from lib.web import answer_download

KEYS = {"region": "us-east-1", "key": "AKIAIOSFODNN7EXAMPLE", "secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
WELCOME = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
GET_SIGNATURE = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
PUT_SIGNATURE = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
PUT = {"date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}


@pytest.mark.parametrize(
    ("method", "path", "digest", "more", "signature"),
    [
        ("GET", "test.txt", EMPTY, {"range": "bytes=0-9"}, GET_SIGNATURE),
        ("PUT", "test%24file.text", WELCOME, PUT, PUT_SIGNATURE),
    ],
)
def test_signed_signs_as_the_examples_of_aws(method, path, digest, more, signature):
    url, now = f"https://examplebucket.s3.amazonaws.com/{path}", datetime.datetime(2013, 5, 24, tzinfo=datetime.UTC)
    headers = signed(method, url, digest, now, **KEYS, **more)
    assert headers["Authorization"].rpartition("Signature=")[2] == signature


class Bucket(BaseHTTPRequestHandler):
    kept, refuses = {}, False

    def do_PUT(self):
        self.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(403 if self.refuses else 200)

    def do_GET(self):
        self.answer(200 if self.path in self.kept else 404, self.kept.get(self.path, b""))

    def do_DELETE(self):
        self.kept.pop(self.path, None)
        self.answer(204)

    do_HEAD = do_GET

    def answer(self, status, content=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *said):
        pass


@pytest.fixture
def bucket():
    class Own(Bucket):
        kept = {}

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    Own.storage = ObjectStorage(endpoint=f"http://127.0.0.1:{server.server_port}/", bucket="filer", **KEYS)
    yield Own
    server.shutdown()
    server.server_close()


def test_object_storage_keeps_what_is_saved_until_it_is_deleted(bucket):
    name = bucket.storage.save("beslut/å 1.pdf", ContentFile(b"%PDF-1"))
    assert bucket.kept == {"/filer/beslut/%C3%A5%201.pdf": b"%PDF-1"}
    assert (bucket.storage.exists(name), bucket.storage.size(name)) == (True, 6)
    with bucket.storage.open(name) as file:
        assert file.read() == b"%PDF-1"
    bucket.storage.delete(name)
    assert (bucket.storage.exists(name), bucket.kept) == (False, {})


def test_object_storage_never_writes_over_a_file(bucket):
    names = [bucket.storage.save("a.pdf", ContentFile(text)) for text in (b"1", b"2")]
    assert names[0] != names[1]
    assert sorted(bucket.kept.values()) == [b"1", b"2"]


def test_object_storage_says_that_a_file_is_not_there(bucket):
    with pytest.raises(FileNotFoundError):
        bucket.storage.open("saknas.pdf")


def test_answer_download_sends_a_file_of_the_storage(bucket):
    name = bucket.storage.save("beslut/1.pdf", ContentFile(b"%PDF-1"))
    file = bucket.storage.open(name)
    response = answer_download(file, "Beslut")
    assert (b"".join(response), response["Content-Disposition"]) == (b"%PDF-1", 'attachment; filename="beslut.pdf"')


def test_object_storage_is_away_when_it_refuses_or_does_not_answer(bucket):
    bucket.refuses = True
    with pytest.raises(Away, match="403"):
        bucket.storage.save("a.pdf", ContentFile(b"1"))
    with pytest.raises(Away):
        ObjectStorage(endpoint="http://127.0.0.1:9", bucket="filer", **KEYS).exists("a.pdf")
