/**
 * Shapes say which columns a line of the log is about. Functions made by the migrations name theirs by number, and that is
 * another one where the first database had come there by another way; so those of the backup are added to those that are there.
 */
import type pg from 'pg';

export const shapes = { table: 'history.shapes', staged: 'pg_temp.backup_shapes' };

export async function stageShapes(client: pg.Client): Promise<void> {
  await client.query(
    `CREATE TEMPORARY TABLE backup_shapes (shape int PRIMARY KEY, holder text COLLATE "C" NOT NULL, columns text[] NOT NULL) ON COMMIT DROP`,
  );
}

/** The numbers of those that are new or collide; what is hashed of a line is the names. */
export async function keepShapes(client: pg.Client): Promise<void> {
  await client.query(`
    CREATE TEMPORARY TABLE shape_numbers ON COMMIT DROP AS
    SELECT b.shape AS old, coalesce(
             (SELECT s.shape FROM history.shapes s WHERE (s.holder, s.columns) = (b.holder, b.columns) ORDER BY s.shape = b.shape DESC, s.shape LIMIT 1),
             nextval(pg_get_serial_sequence('history.shapes', 'shape'))::int) AS new
      FROM pg_temp.backup_shapes b`);
  await client.query(`
    INSERT INTO history.shapes (shape, holder, columns) OVERRIDING SYSTEM VALUE
    SELECT n.new, b.holder, b.columns FROM pg_temp.shape_numbers n JOIN pg_temp.backup_shapes b ON b.shape = n.old
     WHERE NOT EXISTS (SELECT FROM history.shapes s WHERE s.shape = n.new)`);
  await client.query(`
    UPDATE history.changes c SET shape = n.new FROM pg_temp.shape_numbers n WHERE c.shape = n.old AND n.new <> n.old`);
}
