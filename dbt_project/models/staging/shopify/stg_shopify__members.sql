{{ members_by_code('shopify', programme='discount_codes') }}
