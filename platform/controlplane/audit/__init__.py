"""The audit trail: who changed what, and which memories were served to whom. docs/audit.md."""
