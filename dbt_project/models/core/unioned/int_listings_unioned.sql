{{ unioned('listings', key='listing_id') }}
