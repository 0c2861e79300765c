with

source as (
    select * from {{ source('raw', 'web__categories') }}
),

read as (
    select
        {{ canonical('categories') }}
    from source
),

judged as (
    select
        {{ judged('categories') }}
    from read
)

select * from judged
