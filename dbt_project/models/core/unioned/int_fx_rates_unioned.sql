{{ unioned('fx_rates', key='rate_date', parent='rate_source') }}
