"""In which language a browser is answered, once somebody has chosen one."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def remember_language(
    request: HttpRequest, answer: HttpResponse, language: str
) -> None:
    """Keep a language in the browser; without one it is asked for each time."""
    name = settings.LANGUAGE_COOKIE_NAME
    if language:
        answer.set_cookie(name, language, secure=request.is_secure(), samesite="Lax")
    else:
        answer.delete_cookie(name, samesite="Lax")
