"""A support module: certificates of our own, made by the `openssl` program."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest


class Certificate(NamedTuple):
    """PEM files. It signs itself, so it is its own `ca_file`."""

    path: Path
    key: Path


def certificate(
    folder: Path, name: str = "server", *, host: str = "localhost", expired: bool = False
) -> Certificate:
    """One for `host` (`localhost` includes 127.0.0.1), good for a week, or until yesterday."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make certificates with: apt-get install openssl")
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    request = folder / f"{name}.csr"
    curve = ("-pkeyopt", "ec_paramgen_curve:P-256")
    _run("req", "-new", "-newkey", "ec", *curve, "-nodes", "-keyout", made.key,
         "-subj", f"/CN={host}", "-addext",
         f"subjectAltName=DNS:{host}" + (",IP:127.0.0.1" if host == "localhost" else ""),
         "-out", request)  # fmt: skip
    _run("x509", "-req", "-in", request, "-signkey", made.key, "-days", "-1" if expired else "7",
         "-copy_extensions", "copyall", "-out", made.path)  # fmt: skip
    request.unlink()
    return made


@contextmanager
def greeter(made: Certificate) -> Iterator[int]:
    """A server that shakes hands by TLS, and says no more; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.path, made.key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            client.settimeout(30)
            with client, suppress(OSError), context.wrap_socket(client, server_side=True):
                pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
        listener.close()


def _run(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)
