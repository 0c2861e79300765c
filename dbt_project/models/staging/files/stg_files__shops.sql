with

source as (
    select * from {{ source('raw', 'files__shops') }}
),

read as (
    select
        {{ canonical('shops') }}
    from source
),

judged as (
    select
        {{ judged('shops') }}
    from read
)

select * from judged
