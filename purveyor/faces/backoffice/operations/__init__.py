"""Operations: provisioning, reconciliation, mails sent, the journal."""
