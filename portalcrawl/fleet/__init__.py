"""Crawls by a schedule on many machines: PostgreSQL holds state and queue, Procrastinate starts the runs.

database, tables      the database; its tables, made and migrated
entry_json            a schedule's entry as it is stored
entry_store           the schedule: apply, and what each entry's last run was
start_store           starts of entries: due, begun, ended
worker_store          the workers that are alive
clock                 turns what is due into jobs
job_queue             Procrastinate: tasks, queues, jobs of dead workers
warm_run              one run of an entry, in a process that has had others
crawl_process         a process that runs jobs side by side; a worker has several
supervisor            ``scrapy fleet worker``: starts and replaces these processes
status, status_view   ``scrapy fleet status``
"""
