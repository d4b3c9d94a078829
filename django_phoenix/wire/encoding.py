"""JSON as Django writes it, fast."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import orjson
from django.core.serializers.json import DjangoJSONEncoder

# A value that is JSON already.
Encoded = orjson.Fragment


class SelfEncoded:
    """Base of values whose ``str()`` is their JSON."""

    __slots__ = ()


def dumps(value: Any) -> str:
    """JSON as Django writes it (dates, Decimal, UUID, lazy strings). Raises TypeError for anything else."""
    try:
        return orjson.dumps(value, _default, orjson.OPT_PASSTHROUGH_DATETIME).decode()
    except TypeError:
        return _dumps_unusual(value)


def encoded_early(value: Any) -> Encoded:
    """JSON made now, to stand in a frame that is made later and elsewhere. Raises TypeError as ``dumps``."""
    return Encoded(dumps(value))


def _dumps_unusual(value: Any) -> str:
    """What orjson refuses: keys that are no strings, integers over 64 bits, lone surrogates."""
    try:
        return json.dumps(value, cls=_Encoder, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise TypeError(f"not JSON: {error}") from None


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if dataclasses.is_dataclass(o) and not isinstance(o, type):
            return dataclasses.asdict(o)
        if isinstance(o, SelfEncoded):
            return json.loads(str(o))
        return super().default(o)


_default = _Encoder().default
