"""How a DAG run becomes a run of the line: templates that its tasks are handed."""

# The clock of the line. Simulated runs say theirs in the configuration.
RUN = "{{ (dag_run.conf or {}).get('run') or dag_run.run_after | ts_nodash }}"

# A backfill asks today for days of the past: its run is today, its window the past.
LANDING_RUN = (
    "{{ (dag_run.conf or {}).get('run') or ("
    "dag_run.start_date if dag_run.run_type == 'backfill' else dag_run.run_after"
    ") | ts_nodash }}"
)
WINDOW = (
    "{% if dag_run.run_type == 'backfill' %}"
    "{{ data_interval_start | ts }}/{{ data_interval_end | ts }}{% endif %}"
)
