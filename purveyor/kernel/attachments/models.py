"""The table of attachments. What is in the files lies in the storage for files."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Attachment(models.Model):
    """A file that hangs on one record of any kind."""

    record_type = models.CharField(_("record"), max_length=60)
    record_id = models.BigIntegerField(_("record id"))
    name = models.CharField(_("file"), max_length=150)
    place = models.CharField(max_length=200, unique=True, editable=False)
    bytes_count = models.PositiveIntegerField(_("size"))
    added_at = models.DateTimeField(_("added"))
    added_by = models.CharField(_("added by"), max_length=200)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("Attachments")
        default_permissions = ()  # who sees the record sees its files
        indexes = (
            models.Index(
                fields=("record_type", "record_id", "-id"), name="attachment_of_record"
            ),
        )

    def __str__(self) -> str:
        return f"attachment {self.name}"
