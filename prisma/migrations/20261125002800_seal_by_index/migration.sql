-- What is sealed next is found by the indexes of chain and transactions also in a database whose statistics are of when it
-- was small: there each entry looked through all others, and cost more than the write that it seals.
ALTER FUNCTION history.link() SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off;
ALTER FUNCTION history.seal(timestamptz, interval) SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off;
