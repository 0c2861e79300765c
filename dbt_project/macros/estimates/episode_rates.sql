{#
    Units a day of episodes whose counter was known once at most, as CTEs that end in
    `rated`: told by new reviews where the category has a review rate, else by the age
    of the listing, else a third of the way from the least to the most, less for short
    periods. They follow `listings`, `platforms`, `review_rates` and the relation of
    readings with the whole of each episode.
#}
{% macro episode_rates(spanned) -%}
    -- episodes whose counter was never known twice
    unknown_episodes as (
        select
            sales_unit_id,
            episode_no,
            min(platform_id) as platform_id,
            min(first_lo) as first_lo,
            min(first_hi) as first_hi,
            min(last_lo) as last_lo,
            min(last_hi) as last_hi,
            min(first_date) as first_date,
            min(last_date) as last_date,
            (min(last_time) - min(first_time)) / 2 as day_count,
            max(
                case when closing_date = last_date and is_open_ended then 1 else 0 end
            ) as is_open_at_last,
            max(case when closing_date = last_date then review_count end)
            - max(case when closing_date = first_date then review_count end)
                as new_reviews
        from {{ spanned }}
        where knot_total < 2
        group by sales_unit_id, episode_no
        having min(last_time) > min(first_time)
    ),

    listed as (
        select
            listings.sales_unit_id,
            min({{ local_date('listings.listed_at', 'platforms.time_zone') }})
                as listed_date,
            max(
                case when listings.is_current then listings.platform_category_id end
            ) as platform_category_id
        from listings
        inner join platforms on listings.platform_id = platforms.platform_id
        group by listings.sales_unit_id
    ),

    guessed as (
        select
            unknown_episodes.sales_unit_id,
            unknown_episodes.episode_no,
            unknown_episodes.day_count,
            greatest(0, unknown_episodes.last_lo - unknown_episodes.first_hi)
                as units_lo,
            unknown_episodes.last_hi - unknown_episodes.first_lo as units_hi,
            unknown_episodes.new_reviews / nullif(review_rates.review_rate, 0)
                as by_reviews,
            case
                when
                    {{ dbt.datediff(
                        'listed.listed_date', 'unknown_episodes.last_date', 'day'
                    ) }} >= 30
                    then
                        case
                            when unknown_episodes.is_open_at_last = 1
                                then unknown_episodes.last_lo
                            else
                                (unknown_episodes.last_lo + unknown_episodes.last_hi)
                                / 2
                        end
                        * unknown_episodes.day_count
                        / {{ dbt.datediff(
                            'listed.listed_date', 'unknown_episodes.last_date', 'day'
                        ) }}
            end as by_age
        from unknown_episodes
        left join listed on unknown_episodes.sales_unit_id = listed.sales_unit_id
        left join review_rates
            on
                unknown_episodes.platform_id = review_rates.platform_id
                and listed.platform_category_id = review_rates.platform_category_id
                -- frozen a month before, so that nothing is measured by itself
                and {{ month_of('unknown_episodes.last_date') }}
                = {{ days_after(
                    dbt.dateadd('month', 1, 'review_rates.month_date'), 0
                ) }}
    ),

    rated as (
        select
            sales_unit_id,
            episode_no,
            case
                when by_reviews is not null then 'review'
                when by_age is not null then 'age'
                else 'prior'
            end as episode_basis,
            least(
                greatest(
                    coalesce(
                        by_reviews,
                        by_age,
                        units_lo + (units_hi - units_lo) * least(30, day_count) / 90
                    ),
                    units_lo
                ),
                units_hi
            ) / day_count as episode_rate
        from guessed
    )
{%- endmacro %}
