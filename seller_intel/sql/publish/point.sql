-- Run the statements handed over in seller_intel.statements, each on one view. Readers
-- of the first view wait while the next ones are locked, so all have one budget.
do $$
declare
    budget constant numeric := current_setting('seller_intel.lock_ms');
    began timestamptz;
    allowed numeric := budget;
    view_name text;
    statement text;
begin
    for view_name, statement in
        select each ->> 'name', each ->> 'statement'
        from jsonb_array_elements(
            cast(current_setting('seller_intel.statements') as jsonb)
        ) with ordinality as listed (each, place)
        order by place
    loop
        if began is not null then
            allowed := least(
                budget / 2,
                budget - 1000 * extract(epoch from clock_timestamp() - began)
            );
        end if;
        began := coalesce(began, clock_timestamp());
        perform set_config('lock_timeout', greatest(1, round(allowed)) || 'ms', true);
        execute statement;
    end loop;
exception when lock_not_available or deadlock_detected then
    raise exception 'readers hold %', view_name
    using errcode = 'lock_not_available', table = view_name;
end;
$$
