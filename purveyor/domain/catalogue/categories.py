"""The table of the catalogue's shelves; `models` holds all others."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """A shelf of the Storefront's catalogue."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(
        _("address"),
        max_length=60,
        unique=True,
        help_text=_("The last part of its page's address."),
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=10, help_text=_("Lower ones come first.")
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("Categories")

    def __str__(self) -> str:
        return self.name
