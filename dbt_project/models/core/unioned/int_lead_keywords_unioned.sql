{{ unioned('lead_keywords', key='record_key') }}
