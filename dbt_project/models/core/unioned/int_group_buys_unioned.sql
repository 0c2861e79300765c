{{ unioned('group_buys', key='record_key') }}
