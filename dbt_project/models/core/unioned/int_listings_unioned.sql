{{ unioned('listings', key='listing_id', moment='observed_at') }}
