{{ touched_charges('bargains', 'fct_bargains', key='session_id') }}
