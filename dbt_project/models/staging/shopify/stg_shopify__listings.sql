with

source as (
    select * from {{ source('raw', 'shopify__listings') }}
),

read as (
    select
        {{ canonical('listings') }}
    from source
),

judged as (
    select
        {{ judged('listings') }}
    from read
)

select * from judged
