"""The state: what runs remember of articles, teasers, runs and their feeds."""
