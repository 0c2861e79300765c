{{ touched_charges('fees', 'fct_fees') }}
