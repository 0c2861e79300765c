{{ touched_charges('traffic', 'fct_traffic_daily', has_orders=false) }}
