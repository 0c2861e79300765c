{{ unioned('members', key='member_ref', parent='parent_ref') }}
