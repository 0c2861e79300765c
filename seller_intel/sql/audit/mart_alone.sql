select
    count(*) as row_count,
    max({business_date}) as latest_business_date,
    md5(count(*) || ' ' || coalesce(sum({whole_row}), 0)) as digest
from marts_build.{mart}
