"""One reference page, whose text is outside the repository, written in many markups."""
