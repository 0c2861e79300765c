{{ members_by_code('woocommerce', programme='coupons') }}
