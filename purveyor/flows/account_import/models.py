"""The table of imports of accounts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.flows.account_import.lifecycle import ImportState


class AccountImport(models.Model):
    """A spreadsheet of accounts: checked, shown, and imported once a person says so."""

    file_name = models.CharField(_("file"), max_length=150)
    state = models.CharField(
        _("status"), max_length=10, choices=ImportState, default=ImportState.CHECKED
    )
    asked_by = models.CharField(_("by"), max_length=200)
    asked_at = models.DateTimeField(_("at"))
    # The rows as they stand in the file: [number, cells by heading]. Empty once over.
    rows = models.JSONField(default=list)
    # What is wrong with rows, and what a person should know: by row number.
    problems = models.JSONField(default=dict)
    warnings = models.JSONField(default=dict)
    rows_count = models.PositiveIntegerField(_("rows"))
    position = models.PositiveIntegerField(default=0)  # so many rows were looked at
    created_count = models.PositiveIntegerField(_("accounts created"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("account import")
        verbose_name_plural = _("account imports")
        default_permissions = ()  # who may import accounts sees imports
        constraints = (
            models.CheckConstraint(
                name="account_import_state_is_known",
                condition=Q(state__in=ImportState.values),
            ),
        )

    def __str__(self) -> str:
        return f"import of {self.file_name}"
