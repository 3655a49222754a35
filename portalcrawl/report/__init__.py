"""The report: one self-contained HTML page of what was crawled, from the state and the published feeds."""
