"""Templates hold placeholders and `{% if %}`; everything else is refused by line."""

import pytest

from purveyor.domain.notifications.dialect import (
    BadTemplate,
    fill_in,
    placeholders_shown,
)

VALUES = {"account_name": "Northwind", "po_code": "", "coupon_code": "X-1"}


def fill(text: str, *, is_html: bool = False) -> str:
    return fill_in(text, VALUES, part="Text", is_html=is_html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ account_name }}", "Northwind"),
        ("{{account_name}}", "Northwind"),
        ("{% if po_code %}PO {{ po_code }}{% else %}none{% endif %}", "none"),
        ("{% if not po_code and account_name %}yes{% endif %}", "yes"),
        ("{% if account_name == 'Northwind' %}us{% endif %}", "us"),
        ("{% if po_code %}a{% elif coupon_code %}b{% endif %}", "b"),
        ("{# for colleagues only #}x", "x"),
        ("@media (x) { .a { color: red } }", "@media (x) { .a { color: red } }"),
        ("1 < 2 {x}", "1 < 2 {x}"),
    ],
)
def test_what_the_language_can_say(text, expected) -> None:
    assert fill(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\n{{ cupon_code }}", 2, "Did you mean {{ coupon_code }}?"),
        ("{{ zzz }}", 1, "Choose one from the list"),
        ("{{ account_name|safe }}", 1, "“account_name|safe” is no placeholder"),
        ("{{ account_name.upper }}", 1, "is no placeholder"),
        ("{{ account_name..x }}", 1, "is no placeholder"),
        ("{{ 'text' }}", 1, "is no placeholder"),
        ("{{ }}", 1, "is no placeholder"),
        ("\n\n{{ account_name", 3, "“{{” is not closed"),
        ("{{ account_name\n}}", 1, "“{{” is not closed"),
        ("a\n{% if po_code", 2, "“{%” is not closed"),
        ("{% include 'x' %}", 1, "{% include %} cannot be used here"),
        ("{% extends 'x' %}", 1, "{% extends %} cannot be used here"),
        ("{% load i18n %}", 1, "{% load %} cannot be used here"),
        ("{% debug %}", 1, "{% debug %} cannot be used here"),
        ("{% for a in po_code %}{% endfor %}", 1, "{% for %} cannot be used here"),
        ("{% verbatim %}{{ x }}{% endverbatim %}", 1, "{% verbatim %} cannot be used"),
        ("{% autoescape off %}{% endautoescape %}", 1, "{% autoescape %} cannot"),
        ("{% comment %}", 1, "{% comment %} cannot be used here"),
        ("{% %}", 1, "{%  %} cannot be used here"),
        ("a\n{% if po_code %}b", 2, "this {% if %} has no {% endif %}"),
        ("{% endif %}", 1, "{% endif %} has no {% if %} before it"),
        ("{% else %}", 1, "{% else %} has no {% if %} before it"),
        ("{% if po_kode %}{% endif %}", 1, "Did you mean {{ po_code }}?"),
        ("{% if po_code|length %}{% endif %}", 1, "is no placeholder"),
        ("\n{% if and %}{% endif %}", 2, ""),
        ("{% if %}{% endif %}", 1, ""),
        ("{% if po_code po_code %}{% endif %}", 1, ""),
    ],
)
def test_what_it_cannot_say_is_refused_with_its_line(text, line, said) -> None:
    with pytest.raises(BadTemplate) as refusal:
        fill(text)

    assert refusal.value.message.startswith(f"Text, line {line}: ")
    assert said in refusal.value.message
    assert refusal.value.facts["line"] == line


def test_values_are_escaped_in_html_alone() -> None:
    values = {"account_name": "<script>'&\""}

    assert fill_in("{{ account_name }}", values, part="Text") == "<script>'&\""
    assert fill_in("{{ account_name }}", values, part="HTML", is_html=True) == (
        "&lt;script&gt;&#x27;&amp;&quot;"
    )


def test_a_value_is_never_read_as_a_template() -> None:
    values = {"account_name": "{{ coupon_code }}{% debug %}", "coupon_code": "X-1"}

    filled = fill_in("{{ account_name }}", values, part="Text")

    assert filled == "{{ coupon_code }}{% debug %}"


def test_only_what_stands_outside_of_every_if_is_certain_to_be_shown() -> None:
    text = "{{ account_name }}{% if po_code %}{{ coupon_code }}{% endif %}"

    assert placeholders_shown(text, part="Text", known=VALUES) == {"account_name"}
