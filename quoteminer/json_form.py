"""The JSON form of a record: decoded, and held against the fields of its class."""

from __future__ import annotations

import json
import reprlib
from dataclasses import is_dataclass
from functools import lru_cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from quoteminer.errors import FormatError

_NAMES = {int: "an int", float: "a number", str: "a str", bool: "true or false"}


def decode(data: str | bytes | bytearray, **options: Any) -> Any:
    """What a JSON text holds; `options` are those of `json.loads`.

    Raises:
        FormatError: it is not JSON, or its lists and objects are nested deeper than Python can follow.
    """
    try:
        return json.loads(data, **options)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not a JSON object: {error}") from error


def check_form(data: object, expected: Any, place: str = "") -> None:
    """Check that decoded JSON has the form of a type; fields that are missing or unknown are not looked at.

    Args:
        data: the decoded JSON.
        expected: a dataclass, `tuple[X, …]`, `X | None`, or one of the plain types.
        place: where in the whole `data` stands, such as "quotes[3].cue".

    Raises:
        FormatError: something has another type; the message names its place.
    """
    if isinstance(expected, type) and is_dataclass(expected):
        if not isinstance(data, dict):
            raise FormatError(f"{place} must be an object, not {reprlib.repr(data)}")
        for name, hint in _hints(expected).items():
            if name in data:
                check_form(data[name], hint, f"{place}.{name}".lstrip("."))
    elif get_origin(expected) is tuple:
        if not isinstance(data, (list, tuple)):
            raise FormatError(f"{place} must be a list, not {reprlib.repr(data)}")
        for i, item in enumerate(data):
            check_form(item, get_args(expected)[0], f"{place}[{i}]")
    elif NoneType in get_args(expected):
        if data is not None:
            check_form(data, get_args(expected)[0], place)
    elif type(data) is not expected and not (expected is float and type(data) is int):
        raise FormatError(f"{place} must be {_NAMES[expected]}, not {reprlib.repr(data)}")


@lru_cache(maxsize=64)
def _hints(record: type) -> dict[str, Any]:
    return get_type_hints(record)
