{{ touched_charges('ads', 'fct_ad_daily', has_orders=false) }}
