{{ unioned('identities', key='id_hash', parent='customer_ref') }}
