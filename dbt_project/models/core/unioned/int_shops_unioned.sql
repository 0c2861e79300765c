{{ unioned('shops', key='shop_id') }}
