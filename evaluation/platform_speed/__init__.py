"""How fast the platform is on Postgres and Weaviate: `python -m evaluation.platform_speed`."""
