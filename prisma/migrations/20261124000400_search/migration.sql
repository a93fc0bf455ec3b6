-- What the search compares: the letters and digits of a text, folded, its words parted by single blanks. So neither case,
-- accents and width nor hyphens, colons and brackets make a difference, and nothing is left in it that LIKE or a regular
-- expression would take for a wildcard. The collation says what a letter is, whatever the database was made with.

-- Which texts resemble each other closely enough to be looked at for slips of the pen.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION search_words(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(fold(value COLLATE pg_c_utf8), '[^[:alnum:]]+', ' ', 'g'));
