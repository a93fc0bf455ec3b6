-- A piece from the middle of a part is read without the rest, and no time is spent on compressing what lives for minutes.
ALTER TABLE import_files ALTER COLUMN bytes SET STORAGE EXTERNAL;
