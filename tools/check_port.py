"""Say whether the port can be served on, before anything is installed: python tools/check_port.py 8000."""

import socket
import sys


def problem(port):
    """Return why nothing can be served on port, or None."""
    if not (port.isdecimal() and 1024 <= int(port) <= 65535):
        return f"PORT={port} går inte att använda. Välj ett tal mellan 1024 och 65535."
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", int(port)))
        except OSError:
            advice = f"Välj en annan: make run PORT={int(port) + 1}"
            return f"Port {port} är upptagen, kanske av en portal som redan är i gång. {advice}"
    return None


if __name__ == "__main__":
    sys.exit(problem(sys.argv[1]))
