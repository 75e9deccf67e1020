"""Django's SQLite for embedded mode: who writes in this process takes turns."""
