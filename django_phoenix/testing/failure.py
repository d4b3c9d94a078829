"""A failed assertion, on its way out of the kit: the test sees a plain AssertionError, without our frames."""

from __future__ import annotations


class Failure(AssertionError):
    """Raised inside the kit."""

    def plain(self) -> AssertionError:
        """For the test."""
        plain = AssertionError(*self.args)
        plain.__cause__ = self.__cause__
        plain.__suppress_context__ = True
        return plain


class Stuck(Failure):
    """A callback does not return."""
