{{ touched_charges('commissions', 'fct_commissions') }}
