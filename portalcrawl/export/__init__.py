"""Exports published feeds to Parquet, CSV or PostgreSQL: incrementally, each record once."""
