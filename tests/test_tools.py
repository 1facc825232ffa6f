"""The tools behind make that the suites do not already stand on."""

import socket

import pytest

from tools.check_port import problem


def test_check_port_tells_of_a_busy_port():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert f"Port {port} är upptagen" in problem(str(port))
    assert problem(str(port)) is None


@pytest.mark.parametrize("port", ["80", "65536", "åtta", "", "-1"])
def test_check_port_refuses_what_is_no_port(port):
    assert problem(port) == f"PORT={port} går inte att använda. Välj ett tal mellan 1024 och 65535."
