"""The table of journal lines."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """
    One line of the journal. What it says is never changed, and it is never deleted.

    If it is news, it waits until somebody was told, or nobody wanted to know.
    """

    at = models.DateTimeField(_("at"))
    actor = models.CharField(_("who"), max_length=200)
    record_type = models.CharField(_("record"), max_length=60)
    record_id = models.BigIntegerField(_("record id"))
    record_label = models.CharField(_("which"), max_length=200)
    verb = models.CharField(_("did"), max_length=60)
    before = models.CharField(_("before"), max_length=200, blank=True)
    after = models.CharField(_("after"), max_length=200, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    news_due_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("journal line")
        verbose_name_plural = _("Journal")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["record_type", "record_id", "-id"], name="journal_of_a_record"
            ),
            models.Index(fields=["-at", "-id"], name="journal_by_time"),
            models.Index(
                fields=["news_due_at", "id"],
                name="journal_news_due",
                condition=models.Q(news_due_at__isnull=False),
            ),
            models.Index(fields=["actor", "-at", "-id"], name="journal_by_person"),
            models.Index(fields=["record_type", "-at", "-id"], name="journal_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.verb} {self.record_label}"
