"""All of identity's SQL: `registering` what the register tells, `reading` for staff, `linking` and
`republishing` for other services."""
