-- The fit of a shop that readers see now: it stands in the passport of the current
-- version.
select fits.*
from ops.clv_fits as fits
inner join ops.publications as publications on publications.is_current
where
    fits.shop_id = %(shop_id)s
    and fits.fit_id = any(string_to_array(publications.passport ->> 'fit_ids', ', '))
