{{ unioned('listing_matches', key='record_key') }}
