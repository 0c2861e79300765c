{{ links_by_code(
    'shopify',
    programme='discount_codes',
    changed=payload('updatedAt', 'timestamptz')
) }}
