"""Published feeds into Parquet, CSV or PostgreSQL: each record once, from where the last export stopped."""
