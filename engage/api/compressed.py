"""Bodies that a sender compressed. The ledger keeps them as they came; who reads them unpacks them first."""

from __future__ import annotations

import zlib
from typing import Final

from engage.api.strict_json import BadJson

# As much as a body may have that comes as it is.
MAX_BYTES: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
# How zlib's own format begins, by its level of compression. No JSON document begins with any of them.
_ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_EITHER_FORMAT: Final = zlib.MAX_WBITS | 32


def unpack(body: bytes, limit: int = MAX_BYTES) -> bytes:
    """The bytes inside a gzip or zlib body, and any other body as it is; raises BadJson, also past `limit`."""
    if not body.startswith((_GZIP, *_ZLIB)):
        return body
    packed = zlib.decompressobj(_EITHER_FORMAT)
    try:
        # One byte more than we take tells a body that is too large, whatever it would swell to.
        plain = packed.decompress(body, limit + 1)
    except zlib.error:
        raise BadJson("compressed, but broken") from None
    if len(plain) > limit:
        raise BadJson(f"larger than {limit} bytes once it is unpacked")
    if not packed.eof:
        raise BadJson("compressed, but cut off")
    return plain
