"""What every store of records does alike, whatever its database."""
