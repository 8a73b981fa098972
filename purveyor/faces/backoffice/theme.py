"""How the BSS looks: colours, menu, badges of the installation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def environment(_request: HttpRequest) -> list[Any] | None:
    """Return the badge that tells a demo or a developer's machine from the real one."""
    if settings.DEBUG:
        return [_("Development"), "danger"]
    return [_("Demo"), "warning"] if settings.DEMO else None


def own_styles(_request: HttpRequest) -> str:
    """Return the address of the stylesheet with what unfold's does not have."""
    return static("backoffice/bss.css")


def chart_colours(_request: HttpRequest) -> str:
    """Return the address of the script that keeps charts in the colours of the page."""
    return static("backoffice/chart_colours.js")


def records_styles(_request: HttpRequest) -> str:
    """Return the address of the styles of records' pages, and of all dialogs."""
    return static("backoffice/records.css")


def lists_styles(_request: HttpRequest) -> str:
    """Return the address of the styles of lists, and of the search over everything."""
    return static("backoffice/lists.css")


def shortcuts_script(_request: HttpRequest) -> str:
    """Return the address of the script with the keyboard shortcuts."""
    return static("backoffice/shortcuts.js")


def lists_script(_request: HttpRequest) -> str:
    """Return the address of the script that labels the cells of lists."""
    return static("backoffice/lists.js")


def files_script(_request: HttpRequest) -> str:
    """Return the address of the script that looks at files before they are sent."""
    return static("backoffice/files.js")


def logo(_request: HttpRequest) -> str:
    """Return the address of the product's sign."""
    return static("backoffice/purveyor.svg")


def _tab(title: object, page: str, permission: str) -> dict[str, Any]:
    """Return one tab, for those who have the permission."""
    return {
        "title": title,
        "link": reverse_lazy(f"bss:{page}"),
        "permission": lambda request: request.user.has_perm(permission),
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Purveyor",
    "SITE_HEADER": "Purveyor",
    "SITE_SUBHEADER": _("Business support system"),
    "SITE_URL": None,
    "SITE_ICON": logo,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": logo}],
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": environment,
    "DASHBOARD_CALLBACK": "purveyor.faces.backoffice.office.dashboard.dashboard",
    "STYLES": [own_styles, records_styles, lists_styles],
    "SCRIPTS": [chart_colours, shortcuts_script, lists_script, files_script],
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "base": {
            "50": "oklch(98.4% .003 240)",
            "100": "oklch(96.6% .005 240)",
            "200": "oklch(92.6% .008 240)",
            "300": "oklch(86.8% .012 242)",
            "400": "oklch(70.2% .02 245)",
            "500": "oklch(54.8% .024 248)",
            "600": "oklch(44% .026 250)",
            "700": "oklch(36.6% .026 252)",
            "800": "oklch(27.6% .024 254)",
            "900": "oklch(20.6% .022 256)",
            "950": "oklch(14% .02 258)",
        },
        "primary": {
            "50": "oklch(97.4% .016 190)",
            "100": "oklch(94% .04 190)",
            "200": "oklch(88.4% .072 191)",
            "300": "oklch(80% .1 193)",
            "400": "oklch(69.6% .112 196)",
            "500": "oklch(59% .104 200)",
            "600": "oklch(50.4% .092 204)",
            "700": "oklch(43.4% .078 207)",
            "800": "oklch(37.4% .064 210)",
            "900": "oklch(32.6% .054 213)",
            "950": "oklch(23.8% .042 218)",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "purveyor.faces.backoffice.frame.menu.navigation",
    },
    "ACCOUNT": {
        "navigation": [
            {"title": _("My sign-in"), "link": reverse_lazy("bss:security")},
            {
                "title": _("Change password"),
                "link": reverse_lazy("bss:password_change"),
            },
        ]
    },
    "TABS": [
        {
            "page": "people",
            "models": ["accounts.user", "auth.group", "accounts.signin"],
            "items": [
                _tab(_("Users"), "accounts_user_changelist", "accounts.view_user"),
                _tab(_("Roles"), "auth_group_changelist", "auth.view_group"),
                _tab(_("Who may do what"), "permissions", "auth.view_group"),
                _tab(_("Signed in now"), "signed_in", "accounts.view_user"),
                _tab(
                    _("Sign-in history"),
                    "accounts_signin_changelist",
                    "accounts.view_signin",
                ),
            ],
        }
    ],
}
