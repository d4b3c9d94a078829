"""What the token of a view holds that was not reached by its URL: of a child, sticky view or widget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django_phoenix import tokens
from django_phoenix.exceptions import InvalidToken
from django_phoenix.live.family import Kind
from django_phoenix.live.locale import Locale
from django_phoenix.live.session import is_marked


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a view stands that has no parent to ask."""

    url: str
    user: str | None
    auth: str
    locale: Locale
    nonce: str | None
    urlconf: str | None

    def is_for(self, user: Any) -> bool:
        """Whether this is the user of the page."""
        return is_marked(user, self.user, self.auth)

    def as_token(self) -> list[Any]:
        return [self.url, self.user, self.auth, self.locale.as_token(), self.nonce, self.urlconf]

    @classmethod
    def from_token(cls, content: list[Any]) -> Surroundings:
        url, user, auth, locale, nonce, urlconf = content
        return cls(url, user, auth, Locale.from_token(locale), nonce, urlconf)


@dataclass(frozen=True, slots=True)
class ViewToken:
    """``parent``: a child's, its id and its mark; ``surroundings``: of the others."""

    kind: Kind
    id: str
    view: str
    session: dict[str, Any]
    parent: tuple[str, str] | None = None
    surroundings: Surroundings | None = None

    def sign(self) -> str:
        content: dict[str, Any] = {
            "kind": str(self.kind),
            "id": self.id,
            "view": self.view,
            "session": self.session,
        }
        if self.parent is not None:
            content["parent"] = self.parent
        if self.surroundings is not None:
            content["where"] = self.surroundings.as_token()
        return tokens.sign_own("session", content)

    @classmethod
    def read(cls, content: Any) -> ViewToken:
        """What the token held. Raises InvalidToken for anything else."""
        try:
            kind = Kind(content["kind"])
            parent = tuple(content["parent"]) if kind is Kind.CHILD else None
            where = None if kind is Kind.CHILD else Surroundings.from_token(content["where"])
            return cls(kind, content["id"], content["view"], content["session"], parent, where)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidToken(f"The session token has another shape: {error!r}.") from error
