"""Crawls by a schedule on many machines: PostgreSQL holds state and queue, Procrastinate starts the runs.

database, tables      the connection to the database; creation and migration of its tables
entry_json            JSON form in which schedule entries are stored
entry_store           the stored schedule, with the last run of each entry
start_store           starts of entries: due, running, ended
worker_store          the live workers
clock                 queues a job for each entry that is due
job_queue             Procrastinate: tasks, queues, cleanup after dead workers
warm_run              one run of an entry, in a process that is used for many runs
crawl_process         a process that runs jobs concurrently; a worker has several
supervisor            ``scrapy fleet worker``: starts and replaces these processes
status, status_view   ``scrapy fleet status``
"""
