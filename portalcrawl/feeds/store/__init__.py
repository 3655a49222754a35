"""Where published feeds are: a folder, or an object store."""
