"""The platform's control plane: tenants, identity, access."""
