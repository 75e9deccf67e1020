"""What `infra/services` starts, a module for each kind."""
