"""The report on what was crawled: one self-contained HTML page, made from the state and the published feeds."""
