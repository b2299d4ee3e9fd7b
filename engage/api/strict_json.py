"""JSON as it may come from anybody: what our databases or Python itself would choke on is refused, or cleaned."""

from __future__ import annotations

import json
import math
import re

from engage.sms.blanks import storable

MAX_DEPTH = 64
MAX_DIGITS = 300

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Escapes of NUL and of surrogates, paired (as emoji are) or not: only then are the texts worth looking at.
_SUSPICIOUS = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]")


class BadJson(Exception):
    """`reason` says what is wrong without quoting the body."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_json(body: bytes | bytearray, *, clean: bool = False) -> object:
    """The value of a JSON body; raises BadJson.

    Of its texts NUL and lone surrogates, which no database holds, are removed and replaced. Numbers too large to hold
    are refused; with `clean` they stay the text they are.
    """
    return _read(body, lenient_decoder if clean else _decoder)[0]


def read_noting(body: bytes | bytearray) -> tuple[object, bool]:
    """As `read_json`; and whether anything had to be removed or replaced."""
    return _read(body, _decoder)


def _read(body: bytes | bytearray, decoder: json.JSONDecoder) -> tuple[object, bool]:
    value = _decode(body.removeprefix(_BYTE_ORDER_MARK), decoder)
    # Fewer brackets than that cannot nest deeper: the usual body is not walked at all.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH and _is_deeper_than(value, MAX_DEPTH):
        raise BadJson(f"nested deeper than {MAX_DEPTH} levels")
    # Two bytes are found faster than what may follow them, and most bodies hold neither.
    if not ((b"\\u" in body or b"\xed" in body) and _SUSPICIOUS.search(body)):
        return value, False
    cleaned = _cleaned(value)
    return cleaned, cleaned != value


def clean_item(value: object) -> object:
    """One value of an answer as `read_json` with `clean` leaves it; what is nested too deep becomes None."""
    return None if _is_deeper_than(value, MAX_DEPTH) else _cleaned(value)


def _decode(body: bytes | bytearray, decoder: json.JSONDecoder) -> object:
    if not body or body.isspace():
        raise BadJson("empty body")
    try:
        value: object = decoder.decode(_text_of(body))
    except UnicodeDecodeError as error:
        raise BadJson(f"invalid UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise BadJson(f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise BadJson(f"nested deeper than {MAX_DEPTH} levels") from None
    return value


def _text_of(body: bytes | bytearray) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        if not _SUSPICIOUS.search(body):
            raise
    # Some senders write each half of an emoji as if it were a character: two that belong together are put together.
    return body.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _read_whole(digits: str) -> int:
    _check_length(digits)
    return int(digits)


def _read_fraction(digits: str) -> float:
    _check_length(digits)
    value = float(digits)
    if math.isinf(value):
        raise BadJson("a number too large to hold")
    return value


def _check_length(digits: str) -> None:
    if len(digits) > MAX_DIGITS:
        raise BadJson(f"a number of more than {MAX_DIGITS} digits")


def _refuse_constant(word: str) -> None:
    raise BadJson(f"{word} is not JSON")


_decoder = json.JSONDecoder(parse_int=_read_whole, parse_float=_read_fraction, parse_constant=_refuse_constant)


def _keep_whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_DIGITS else digits[:MAX_DIGITS]


def _keep_fraction(digits: str) -> float | str:
    value = float(digits) if len(digits) <= MAX_DIGITS else math.inf
    return digits[:MAX_DIGITS] if math.isinf(value) else value


def _none(word: str) -> None:
    return None


lenient_decoder = json.JSONDecoder(parse_int=_keep_whole, parse_float=_keep_fraction, parse_constant=_none)


def _is_deeper_than(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in inside if isinstance(child, dict | list)]


def _cleaned(value: object) -> object:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(name): _cleaned(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_cleaned(child) for child in value]
    return value
