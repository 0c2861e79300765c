with

source as (
    select * from {{ source('raw', 'taobao__shops') }}
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
