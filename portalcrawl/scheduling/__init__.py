"""Crawls on Scrapyd by a schedule.

schedule_file, entries, durations, timing   schedule.toml and what it says
job_store, job_tables                       due and posted jobs, stored before anything is posted
ticker                                      stores what becomes due
scrapyd, nodes                              client of one node; all nodes, asked together
external_runs                               runs that others started; how a run ended
dispatcher, job_tracker                     which job is posted where; what the nodes' answers mean for a job
entry_health, webhook                       verdicts over time; notifications of their changes
scheduler_loop                              ``scrapy schedule run``
"""
