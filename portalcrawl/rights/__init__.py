"""What publishers reserve, as found: signals of robots.txt, tdmrep.json and pages, and the documents themselves.

Evidence only: nothing here decides what is fetched.
"""
