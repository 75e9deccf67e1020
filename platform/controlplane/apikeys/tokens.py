"""The form of a key: `rmb_`, 24 random characters, 6 that check them.

24 characters of 62 are 142 random bits. The last six are the CRC-32 of what stands before them, so
that whoever scans for leaked keys can tell one from any other string that begins alike, offline.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from typing import Final

from django.conf import settings

PREFIX: Final = "rmb_"
_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM: Final = 24
_CHECK: Final = 6
_FORM: Final = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM + _CHECK}}}", re.ASCII)


def new_token() -> str:
    """A fresh key. Shown once; only `digest_of` it is kept."""
    body = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return body + _checksum(body)


def is_token(text: str) -> bool:
    """True of every key that `new_token` ever gave, and of next to nothing else."""
    if _FORM.fullmatch(text) is None:
        return False
    return hmac.compare_digest(_checksum(text[:-_CHECK]), text[-_CHECK:])


def digest_of(token: str) -> bytes:
    """Keyed hash of a key: who has the database alone can neither use nor guess one."""
    return hmac.digest(f"api key {settings.SECRET_KEY}".encode(), token.encode(), hashlib.sha256)


def _checksum(body: str) -> str:
    value = zlib.crc32(body.encode("ascii"))
    characters = ""
    for _ in range(_CHECK):
        value, place = divmod(value, len(_ALPHABET))
        characters = _ALPHABET[place] + characters
    return characters
