with

source as (
    select * from {{ source('raw', 'pinduoduo__shops') }}
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
