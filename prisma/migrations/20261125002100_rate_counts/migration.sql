-- How much each key and address has used of its minute, where several nodes count together (RATE_LIMIT_STORE=postgres).
-- What is lost in a crash is a minute's counting: so it needs no log.
CREATE UNLOGGED TABLE rate_counts (
  name text PRIMARY KEY,
  used double precision NOT NULL,
  ends_at timestamptz NOT NULL
);
