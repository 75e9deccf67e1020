"""The control plane: tenants, who may do what, and the HTTP kit that every API shares."""
