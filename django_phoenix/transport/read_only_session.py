"""The session as a socket sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn


class ReadOnlySession(Mapping[str, Any]):
    """What the session held at the handshake. No response carries a cookie here, so it can't be changed."""

    __slots__ = ("_data", "session_key")

    def __init__(self, data: Mapping[str, Any], session_key: str | None) -> None:
        self._data = data
        self.session_key = session_key

    @classmethod
    def of(cls, session: Any, added: Mapping[str, Any]) -> ReadOnlySession:
        """What a request's session holds, None if it has none, under what is added."""
        if session is None:
            return cls(dict(added), None)
        return cls({**dict(session.items()), **added}, getattr(session, "session_key", None))

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def __setitem__(self, key: str, value: Any) -> NoReturn:
        raise self._refused(f"session[{key!r}] = …")

    def __delitem__(self, key: str) -> NoReturn:
        raise self._refused(f"del session[{key!r}]")

    def __repr__(self) -> str:
        return f"<read-only session with {sorted(self._data)}>"

    def _refused(self, what: str) -> TypeError:
        return TypeError(
            f"{what}: on a socket the session can only be read, as there is no response to carry its cookie. "
            "Keep state in assigns or in the database, or send the visitor through an ordinary view."
        )
