"""The tables of bulk executions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purveyor.domain.accounts.invoicing import InvoiceOption
from purveyor.domain.orders.models import Execution, Order
from purveyor.flows.execution.lifecycle import BulkResult, BulkState
from purveyor.kernel.work.models import Workable, due_index


class BulkExecution(Workable):
    """Orders that were chosen to be executed together by a worker."""

    state = models.CharField(
        _("status"), max_length=10, choices=BulkState, default=BulkState.PREPARED
    )
    start_date = models.DateField(_("start date"), null=True)
    invoice_option = models.CharField(
        _("invoice"), max_length=10, choices=InvoiceOption, blank=True
    )
    orders_count = models.PositiveIntegerField(_("orders"))
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("bulk execution")
        verbose_name_plural = _("Bulk executions")
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(
                name="bulk_running_is_due",
                condition=~Q(state=BulkState.RUNNING)
                | Q(
                    due_at__isnull=False,
                    start_date__isnull=False,
                    started_at__isnull=False,
                ),
            ),
        )
        indexes = (due_index("bulk_due"),)

    def __str__(self) -> str:
        return f"bulk execution {self.pk}"


class BulkOrder(models.Model):
    """One order of a bulk execution, and what became of it."""

    bulk = models.ForeignKey(BulkExecution, models.CASCADE, related_name="chosen")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(_("position"))
    result = models.CharField(
        _("result"), max_length=10, choices=BulkResult, default=BulkResult.WAITING
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    execution = models.ForeignKey(
        Execution, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("order of a bulk execution")
        verbose_name_plural = _("orders of bulk executions")
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(name="bulk_order_once", fields=("bulk", "order")),
            models.CheckConstraint(
                name="bulk_order_executed_by_an_execution",
                condition=Q(
                    result__in=(BulkResult.EXECUTED, BulkResult.PARTLY),
                    execution__isnull=False,
                )
                | Q(
                    result__in=(
                        BulkResult.WAITING,
                        BulkResult.REFUSED,
                        BulkResult.LEFT,
                    ),
                    execution__isnull=True,
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=("bulk", "result", "position"), name="bulk_order_by_result"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order} in {self.bulk}"
