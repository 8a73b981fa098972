"""What follows by itself about reconciliation: what may be due, which step does it."""

from purveyor.domain.provisioning.models import AccountLink
from purveyor.domain.provisioning.operations.gate import queues_to_vendors
from purveyor.flows.reconciliation.models import Policy, ReconciliationRun
from purveyor.flows.reconciliation.starting import begin_for_link, begin_night
from purveyor.flows.reconciliation.telling import tell_of_findings
from purveyor.flows.reconciliation.walk import walk_reconciliation
from purveyor.kernel.work.engine import Due

WALKING = Due(
    ReconciliationRun, "due_at", walk_reconciliation, queues=queues_to_vendors
)
RECONCILING = (
    Due(Policy, "due_at", begin_night, is_leased=False),  # the night has come
    Due(AccountLink, "compare_due_at", begin_for_link, is_leased=False),
    WALKING,  # look, plan, apply
    Due(ReconciliationRun, "tell_due_at", tell_of_findings, is_leased=False),
)
