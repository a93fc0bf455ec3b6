-- The tables that this transaction has written; none but these. Who sends its COMMIT along with the last statement has to know
-- before what it may change, since replies that were read from these tables are not sent again meanwhile.
CREATE FUNCTION history.written_within(tables text[]) RETURNS text[] LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE written text[] := ARRAY(SELECT DISTINCT holder FROM history.changes WHERE tx = history.own_number());
BEGIN
  IF NOT written <@ tables THEN RAISE EXCEPTION 'written were %, and % was to be', written, tables; END IF;
  RETURN written;
END $$;
CALL history.grant_api();
