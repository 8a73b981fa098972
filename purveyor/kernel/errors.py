"""The families of errors: who must act, and what a person is told."""

from typing import ClassVar


class PurveyorError(Exception):
    """Base of every error this product raises on purpose."""

    code: ClassVar[str] = "error"

    def __init__(self, message: object, **facts: object) -> None:
        super().__init__(message)
        self.message = str(message)  # for people: says what to do, holds no secret
        self.facts = facts  # for logs and the API


class Refused(PurveyorError):
    """The business says no. Nothing was changed, and the person can act on it."""

    code = "refused"


class NotFound(Refused):
    """There is no such record, or the viewer may not see it: one answer for both."""

    code = "not_found"
