{{ links_by_code(
    'woocommerce',
    programme='coupons',
    changed=payload_local_time('date_modified_gmt', '+00:00')
) }}
