"""One reference page, whose text lies beside the repository, written in many markups."""
