"""Crawls on Scrapyd, by a schedule: who is due, what runs where, and how it went.

durations, timing, entries, file    schedule.toml: values, checked when read
tables, store                       what is due and what was posted, durable before anything is posted
clock                               writes what becomes due into the store
scrapyd, nodes                      one node's API; all nodes, asked together
external_runs, results, processes   what others started; how a job ended; whether one still runs
job_tracker, dispatcher             what the nodes' answers mean for a job; which job is posted where
health, webhook                     verdicts over time, and who is notified of their changes
"""
