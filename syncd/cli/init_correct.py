"""The owner's own settings for an account on a server, in `syncd init`."""

from __future__ import annotations

from dataclasses import replace

import typer

from syncd import setup
from syncd.cli.init_answers import question


def correct(network: setup.Network, draft: setup.Draft, trouble: str = "") -> setup.Draft | None:
    """The account as the owner wants it; None where it is left out. `trouble` is why it could not
    sign in."""
    if draft.kind == "imap":
        return _correct_mail(network, draft, trouble)
    if draft.kind == "exchange":
        return _correct_exchange(draft, trouble)
    text = f"{draft.what}: the URL of the server, or - for none"
    url = question(text, _or_dash, str(draft.keys.get("url", "-")))
    if url == "-":
        return None
    if "://" not in url:
        url = f"https://{url}"
    user = question("Who signs in there", str.strip, str(draft.keys.get("user", "")))
    ca_file = _ca_file(draft, trouble)
    return _checked(draft.having(url=url, user=user or None, ca_file=ca_file))


def _correct_mail(network: setup.Network, draft: setup.Draft, trouble: str) -> setup.Draft | None:
    host, port = draft.keys.get("host", "-"), draft.keys.get("port")
    shown = f"[{host}]" if ":" in host else str(host)
    text = "Mail: the IMAP server, with :port where it is an unusual one, or - for none"
    answer = question(text, _or_dash, shown + (f":{port}" if port else ""))
    if answer == "-":
        return None
    host, port, tls = server_of(network, answer)
    user = question("Who signs in there", str.strip, str(draft.keys.get("user", "")))
    ca_file = _ca_file(draft, trouble)
    keys = {"host": host, "port": None if port == setup.DEFAULT_PORTS[tls] else port}
    keys |= {"tls": None if tls == "implicit" else tls, "user": user, "ca_file": ca_file}
    if host != draft.keys.get("host"):
        keys["auth"] = None  # that was about the other server
    return _checked(draft.having(**keys))


def _correct_exchange(draft: setup.Draft, trouble: str) -> setup.Draft | None:
    text = "Exchange: the name of the server or the URL of EWS, ? to have it looked for, - for none"
    server = question(text, _or_dash, str(draft.keys.get("url") or draft.keys.get("host") or "?"))
    if server == "-":
        return None
    keys = {"url": server if "://" in server else None, "host": None}
    if server != "?" and "://" not in server:
        keys["host"] = server
    text = "Who signs in there (DOMAIN\\name, or an address)"
    user = question(text, str.strip, str(draft.keys.get("user") or draft.login))
    keys |= {"user": None if user in ("", draft.login) else user}
    return _checked(draft.having(**keys, ca_file=_ca_file(draft, trouble)))


def _ca_file(draft: setup.Draft, trouble: str) -> str | None:
    before = draft.keys.get("ca_file")
    if not before and "ca_file" not in trouble:  # nothing else is mended by one
        return None
    text = "A certificate to trust, for a server of your own (a PEM file), or nothing"
    return question(text, str.strip, str(before or "")) or None


def server_of(network: setup.Network, text: str) -> tuple[str, int, str]:
    """Host, port and encryption, of HOST or HOST:PORT."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or (":" in host and not host.endswith("]")):
        return text.strip("[]"), 993, "implicit"
    host, number = host.strip("[]"), int(port)
    if number == 993:
        return host, number, "implicit"
    try:
        return host, number, network.encryption(host, number)
    except OSError:  # the sign-in tells what is wrong
        return host, number, "starttls"


def _checked(draft: setup.Draft) -> setup.Draft:
    """The draft, asked for again in part where it would not be understood."""
    draft = replace(draft, found="as you said", far=False)
    try:
        draft.settings()
    except setup.Wrong as error:
        typer.echo(f"Error: {error}")
        key = str(error).partition(":")[0].partition(" ")[0]
        if key not in draft.keys:
            key = "url" if draft.kind == "caldav" else "host"
        value = question(f"Write {key} anew", str.strip, None)
        return _checked(draft.having(**{key: value}))
    return draft


def _or_dash(text: str) -> str:
    if not text.strip():
        raise ValueError("write it, or - for none")
    return text.strip()
