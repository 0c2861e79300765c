insert into ops.meta (key, value)
values (%(key)s, %(value)s)
on conflict (key) do update set value = excluded.value
