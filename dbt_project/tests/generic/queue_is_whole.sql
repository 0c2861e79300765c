{# Places of a queue run from 1 to the number of its rows. #}
{% test queue_is_whole(model) %}
select count(*) as ticket_count
from {{ model }}
having
    count(*) > 0
    and (
        min(queue_no) <> 1
        or max(queue_no) <> count(*)
        or count(distinct queue_no) <> count(*)
    )
{% endtest %}
