"""What `manage.py` does with the records."""
