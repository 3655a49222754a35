"""Crawls on Scrapyd, by a schedule: who is due, what runs where, and how it went.

spans, timing, entries, file        schedule.toml: values, checked when read
store                               what is due and what was posted, durable before anything is posted
clock                               APScheduler: writes what becomes due into the store
scrapyd, look                       one node's API, and what it says of its jobs
results, processes                  how a job ended; whether one still runs
fate, keeper                        what a look means for a job; which job is posted where
health, courier                     verdicts over time, and who is told of their changes
"""
