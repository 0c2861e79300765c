{{ unioned('activities', key='activity_id') }}
