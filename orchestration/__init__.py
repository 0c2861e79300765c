"""Airflow on this machine: where it keeps itself, its processes, the line in one."""
