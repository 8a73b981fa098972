"""
The language of notification templates: placeholders and `{% if %}`, nothing else.

Staff write these texts, so a text is taken apart word by word before Django sees it:
what is not in this language is refused with its line, never run.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.template import Context, Engine, Template, TemplateSyntaxError
from django.template.base import Lexer, Token, TokenType
from django.utils.translation import gettext as _

from purveyor.kernel.errors import Refused

OPERATORS = frozenset({"and", "or", "not", "==", "!="})
OPENINGS = ("{{", "{%")
QUOTES = ('"', "'")

# No loaders, no folders, no libraries: a template reaches nothing but its values.
_ENGINE = Engine(dirs=[], loaders=[], libraries={})


class BadTemplate(Refused):
    """A text of a notification is not one we could send; it says where and why."""

    code = "notifications.bad_template"


@dataclass(slots=True)
class _Reading:
    """What is known while a text is read: its name, and the open `{% if %}`."""

    part: str
    known: Collection[str]
    open_ifs: list[int] = field(default_factory=list)
    certain: set[str] = field(default_factory=set)

    def refusal(self, line: int, reason: str, **facts: object) -> BadTemplate:
        """Return the refusal of what stands on a line."""
        words = _("%(part)s, line %(line)d: %(reason)s") % {
            "part": self.part,
            "line": line,
            "reason": reason,
        }
        return BadTemplate(words, part=self.part, line=line, **facts)


def placeholders_shown(text: str, *, part: str, known: Collection[str]) -> set[str]:
    """
    Check a text and return the placeholders that it shows whatever their values are.

    :raises BadTemplate: for what is no placeholder and no `{% if %}`; says the line.
    """
    reading = _Reading(part, known)
    for token in Lexer(text).tokenize():
        _CHECKS[token.token_type](token, reading)
    if reading.open_ifs:
        reason = _("this {% if %} has no {% endif %}.")
        raise reading.refusal(reading.open_ifs[-1], reason)
    return reading.certain


def fill_in(
    text: str, values: dict[str, str], *, part: str, is_html: bool = False
) -> str:
    """
    Return a text with its placeholders filled in; in HTML the values are escaped.

    :raises BadTemplate: if the text is not in the language of templates.
    """
    placeholders_shown(text, part=part, known=values)
    try:
        template = Template(text, engine=_ENGINE)
    except TemplateSyntaxError as error:
        line = getattr(getattr(error, "token", None), "lineno", 1)
        raise _Reading(part, values).refusal(line, str(error)) from error
    filled = template.render(Context(values, autoescape=is_html, use_l10n=False))
    return "".join(filled)  # a plain string: who shows it on a page must escape it


def _check_text(token: Token, reading: _Reading) -> None:
    for opening in OPENINGS:
        before, found, _after = token.contents.partition(opening)
        if found:
            line = (token.lineno or 1) + before.count("\n")
            reason = _("“%(opening)s” is not closed on the same line.")
            raise reading.refusal(line, reason % {"opening": opening})


def _check_placeholder(token: Token, reading: _Reading) -> None:
    name = token.contents
    _check_name(name, token, reading)
    if not reading.open_ifs:
        reading.certain.add(name)


def _check_tag(token: Token, reading: _Reading) -> None:
    verb, *words = token.split_contents() or [""]
    line = token.lineno or 1
    if verb not in {"if", "elif", "else", "endif"}:
        reason = _(
            "{%% %(verb)s %%} cannot be used here. "
            "Use placeholders and {%% if %%} … {%% endif %%} only."
        )
        raise reading.refusal(line, reason % {"verb": verb}, tag=verb)
    if verb == "if":
        reading.open_ifs.append(line)
    elif not reading.open_ifs:
        reason = _("{%% %(verb)s %%} has no {%% if %%} before it.")
        raise reading.refusal(line, reason % {"verb": verb}, tag=verb)
    elif verb == "endif":
        reading.open_ifs.pop()
    for name in _names_in(words):
        _check_name(name, token, reading)


def _names_in(words: list[str]) -> Iterator[str]:
    for word in words:
        is_quoted = word.startswith(QUOTES) and word.endswith(word[0])
        if word not in OPERATORS and not is_quoted:
            yield word


def _check_name(name: str, token: Token, reading: _Reading) -> None:
    if name in reading.known:
        return
    reason = _("“%(name)s” is no placeholder.") % {"name": name}
    if near := get_close_matches(name, reading.known, n=1):
        reason += " " + _("Did you mean %(near)s?") % {"near": f"{{{{ {near[0]} }}}}"}
    else:
        reason += " " + _("Choose one from the list of placeholders.")
    raise reading.refusal(token.lineno or 1, reason, placeholder=name)


def _check_nothing(token: Token, reading: _Reading) -> None:
    """Let a comment stand; it is never sent."""


_CHECKS = {
    TokenType.TEXT: _check_text,
    TokenType.VAR: _check_placeholder,
    TokenType.BLOCK: _check_tag,
    TokenType.COMMENT: _check_nothing,
}
