"""The state: a database of articles, teasers, runs and their feeds, kept between runs."""
