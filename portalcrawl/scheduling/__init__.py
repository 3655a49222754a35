"""Crawls on Scrapyd by a schedule.

schedule_file, entries, durations, timing   schedule.toml and its contents
job_store, job_tables                       due and posted jobs, stored before they are posted
ticker                                      stores jobs that become due
scrapyd, nodes                              client of one node; concurrent requests to all nodes
external_runs                               runs that were started by others; results of runs
dispatcher, job_tracker                     posts jobs to nodes; follows them by the nodes' answers
entry_health, webhook                       health of entries; notifications of its changes
scheduler_loop                              ``scrapy schedule run``
"""
