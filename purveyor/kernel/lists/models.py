"""The tables of what people keep of lists."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.kernel.lists.lifecycle import ExportState
from purveyor.kernel.work.models import Workable, due_index

PAGE_MAX, NAME_MAX, QUERY_MAX = 60, 60, 2_000


class SavedList(models.Model):
    """A list under a name: its filters, columns and order."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", editable=False
    )
    page = models.CharField(_("list"), max_length=PAGE_MAX, editable=False)
    name = models.CharField(_("name"), max_length=NAME_MAX)
    query = models.CharField(max_length=QUERY_MAX, blank=True, editable=False)
    columns = models.JSONField(default=list, blank=True, editable=False)
    order = models.JSONField(default=list, blank=True, editable=False)
    is_shared = models.BooleanField(_("shared with everybody"), default=False)

    class Meta:
        verbose_name = _("saved list")
        verbose_name_plural = _("Saved lists")
        default_permissions = ()
        permissions = (("share_savedlist", _("Can share saved lists")),)
        constraints = (
            models.UniqueConstraint(
                name="saved_list_once_per_name", fields=("owner", "page", "name")
            ),
        )
        indexes = (
            models.Index(fields=("page", "is_shared"), name="saved_list_of_page"),
        )

    def __str__(self) -> str:
        return f"list {self.name}"


class ListHabit(models.Model):
    """How one person likes one list: its columns, and what it opens with."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", editable=False
    )
    page = models.CharField(_("list"), max_length=PAGE_MAX, editable=False)
    columns = models.JSONField(default=list, blank=True, editable=False)
    opens_with = models.ForeignKey(
        SavedList, models.SET_NULL, null=True, related_name="+", editable=False
    )

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                name="list_habit_once_per_person", fields=("owner", "page")
            ),
        )

    def __str__(self) -> str:
        return f"habit of {self.owner} on {self.page}"


class ExportKind(models.TextChoices):
    """In which format a list is written."""

    EXCEL = "xlsx", _("Excel workbook")
    CSV = "csv", _("CSV")


class Export(Workable):
    """A list as a file, written by a worker for one person, and kept some days."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    page = models.CharField(_("list"), max_length=PAGE_MAX, editable=False)
    title = models.CharField(_("what"), max_length=100, editable=False)
    query = models.CharField(max_length=QUERY_MAX, blank=True, editable=False)
    columns = models.JSONField(default=list, blank=True, editable=False)
    kind = models.CharField(_("format"), max_length=4, choices=ExportKind)
    language = models.CharField(max_length=10, default="en", editable=False)
    state = models.CharField(
        _("status"), max_length=10, choices=ExportState, default=ExportState.QUEUED
    )
    asked_at = models.DateTimeField(_("asked for"), editable=False)
    rows_count = models.PositiveIntegerField(_("rows"), default=0, editable=False)
    rows_total = models.PositiveIntegerField(null=True, editable=False)
    bytes_count = models.PositiveBigIntegerField(default=0, editable=False)
    file_name = models.CharField(max_length=120, blank=True, editable=False)
    kept_until = models.DateTimeField(_("kept until"), null=True, editable=False)
    failed_because = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("Exports")
        default_permissions = ()
        permissions = (("export_lists", _("Can export lists as files")),)
        constraints = (
            models.CheckConstraint(
                name="export_state_is_known",
                condition=Q(state__in=ExportState.values),
            ),
        )
        indexes = (
            due_index("export_due"),
            due_index("export_kept_until", "kept_until"),
            models.Index(fields=("owner", "-id"), name="export_of_person"),
        )

    def __str__(self) -> str:
        return f"export {self.pk} of {self.title}"
