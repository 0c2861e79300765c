insert into staging.gate_marts
values (
    %(mart_name)s,
    %(row_count)s,
    %(published_row_count)s,
    %(row_count_ratio)s,
    %(changed_row_share)s,
    %(changed_key_share)s,
    %(removed_key_share)s,
    %(days_behind)s,
    %(lowest_sum_ratio)s,
    %(highest_sum_ratio)s,
    %(taken_back_loads)s
)
