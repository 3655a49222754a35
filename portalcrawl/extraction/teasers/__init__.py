"""Teasers: the links of a page to other articles of its portal, each with what the portal shows of it there."""
