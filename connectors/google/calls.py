"""google-api-python-client, as far as it is used: services, single calls, batches.

It is loaded here alone, when the first call is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

from googleapiclient.discovery import build
from googleapiclient.errors import Error, HttpError, UnknownApiNameOrVersion
from googleapiclient.http import BatchHttpRequest

from connectors.errors import Refused
from connectors.google.answers import Answered, Lost
from connectors.google.http import Http

_NONSENSE: Final = "Google answers what nobody understands"
# What the library raises where an answer is not as it should be.
_ODD: Final = (Error, ValueError, LookupError, TypeError, AttributeError)


def service(api: str, version: str, endpoint: str) -> Any:
    """The root resource of an API, by the document that was shipped. Nothing is asked."""
    try:
        root = build(
            api,
            version,
            http=Http(),  # whoever executes a request brings another
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": endpoint},
        )
    except UnknownApiNameOrVersion as error:
        raise Refused(
            f"google-api-python-client is installed without its description of {api}: install it "
            "anew from PyPI"
        ) from error
    return _kept(root)


def _kept(resource: Any) -> Any:
    """With resources below it that are made once: the library makes all their methods anew each
    time, which costs more than the rest of a call."""
    for name, make in [*vars(resource).items()]:
        if getattr(make, "__is_resource__", False):
            setattr(resource, name, cache(partial(_below, make)))
    return resource


def _below(make: Callable[[], Any]) -> Any:
    return _kept(make())


def execute(request: Any, http: Http) -> Any:
    """What is answered, "" to a deletion. Raises `Answered`, `Lost`, and what `http` raises."""
    try:
        return _sense(request.execute(http=http, num_retries=0))
    except HttpError as error:
        raise _answered(error) from error
    except _ODD as error:
        raise Lost(_NONSENSE) from error


def execute_all(requests: Mapping[str, Any], uri: str, http: Http) -> dict[str, Any]:
    """What is answered to each, or the `Answered` or `Lost` of that one alone. Raises as `execute`
    where it is about all of them. `uri`: the library's own would be the real Google's."""
    found: dict[str, Any] = {}

    def tell(number: str, answer: Any, error: Any) -> None:
        key = keys[int(number)]
        try:
            found[key] = _sense(answer) if error is None else _answered(error)
        except Lost as lost:
            found[key] = lost

    keys = list(requests)
    batch = _Batch(callback=tell, batch_uri=uri)
    for number, key in enumerate(keys):
        # By a number: of a longer name the library makes a header that it cannot read again.
        batch.add(requests[key], request_id=str(number))
    try:
        batch.execute(http=http)
    except HttpError as error:
        raise _answered(error) from error
    except _ODD as error:
        raise Lost(_NONSENSE) from error
    return found


class _Batch(BatchHttpRequest):  # type: ignore[misc]  # untyped
    """Its parts are signed by the whole."""

    def _refresh_and_apply_credentials(self, request: Any, http: Any) -> None:
        """A part that was answered with 401 is sent once more, signed anew."""
        http.renew()


def _sense(answer: Any) -> Any:
    """The library hands on as text what is no JSON."""
    if answer and not isinstance(answer, dict):
        raise Lost(_NONSENSE)
    return answer


def _answered(error: Any) -> Answered | Lost:
    if getattr(error, "resp", None) is None or error.resp.status < 300:
        return Lost(_NONSENSE)
    headers = {str(name).lower(): str(value) for name, value in error.resp.items()}
    return Answered(error.resp.status, headers, error.content or b"")
