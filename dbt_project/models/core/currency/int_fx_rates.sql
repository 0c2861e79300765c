with

fx_rates as (
    select * from {{ ref('int_fx_rates_unioned') }}
),

versions as (
    select
        base_currency,
        quote_currency,
        rate_date,
        rate,
        rate_source,
        row_number() over (
            partition by rate_source, base_currency, quote_currency, rate_date
            order by source_rank asc, load_seq desc, source_ref desc
        ) as version_no
    from fx_rates
),

newest as (
    select
        base_currency,
        quote_currency,
        rate_date,
        rate,
        rate_source
    from versions
    where version_no = 1 and rate > 0
),

stated as (
    select
        base_currency as currency,
        rate_date,
        rate,
        rate_source,
        1 as way
    from newest
    where quote_currency = '{{ var("reporting_currency") }}'
    union all
    select
        quote_currency as currency,
        rate_date,
        1 / rate as rate,
        rate_source,
        2 as way
    from newest
    where base_currency = '{{ var("reporting_currency") }}'
    union all
    select
        newest.quote_currency as currency,
        newest.rate_date,
        reporting.rate / newest.rate as rate,
        newest.rate_source,
        3 as way
    from newest
    inner join newest as reporting
        on
            newest.rate_source = reporting.rate_source
            and newest.base_currency = reporting.base_currency
            and newest.rate_date = reporting.rate_date
            and reporting.quote_currency = '{{ var("reporting_currency") }}'
    where newest.quote_currency <> '{{ var("reporting_currency") }}'
),

ranked as (
    select
        currency,
        rate_date,
        rate,
        rate_source,
        case when rate_source = 'seller' then 1 else 2 end as priority,
        row_number() over (
            partition by
                currency,
                rate_date,
                case when rate_source = 'seller' then 1 else 2 end
            order by way, rate_source
        ) as rate_no
    from stated
    where currency <> '{{ var("reporting_currency") }}'
),

chosen as (
    select
        currency,
        rate_date,
        rate,
        rate_source,
        priority
    from ranked
    where rate_no = 1
)

select * from chosen
