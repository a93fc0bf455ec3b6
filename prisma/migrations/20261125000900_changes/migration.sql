-- A transaction that said SET CONSTRAINTS ALL IMMEDIATE before it wrote anything was taken for one that wrote nothing, and
-- could not write any more. Its moment is set when it commits, like that of any other.
CREATE OR REPLACE FUNCTION history.take_number() RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE number bigint := history.own_number(); began timestamptz;
BEGIN
  IF number IS NOT NULL THEN RETURN number; END IF;
  SET CONSTRAINTS history.recorded DEFERRED;
  began := clock_timestamp();
  number := nextval('history.numbers');
  INSERT INTO history.transactions (tx, began_at) VALUES (number, began);
  PERFORM set_config('tracker.tx', number::text, true);
  RETURN number;
END $$;
