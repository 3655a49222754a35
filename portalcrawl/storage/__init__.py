"""What earlier runs knew, between runs and across crashes: articles, teaser states, runs and their feeds."""
