{#- The moves whose figures may be others now: those of the build, of shops that
    changed, and those at a foreign price where rates changed. -#}
{{ touched_charges('stock', 'fct_stock_moves', has_orders=false) }}
