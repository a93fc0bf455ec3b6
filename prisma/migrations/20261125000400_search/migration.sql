-- By what letters two words resemble each other. A hangul syllable is two or three letters written as one character, and a
-- wrong vowel makes another character of it: 엑사온 and 엑사원 share two of three characters, but seven of eight letters. So the
-- syllables are taken apart and the letters written in ASCII, a consonant alike wherever it stands: pg_trgm asks the
-- database's locale what a letter is, and in the locale C it finds none in hangul. Only for resemblance, not to be shown.
CREATE FUNCTION search_letters(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN translate(normalize(words, NFD),
  -- Initial consonants, vowels, final consonants.
  U&'\1100\1101\1102\1103\1104\1105\1106\1107\1108\1109\110A\110B\110C\110D\110E\110F\1110\1111\1112'
  || U&'\1161\1162\1163\1164\1165\1166\1167\1168\1169\116A\116B\116C\116D\116E\116F\1170\1171\1172\1173\1174\1175'
  || U&'\11A8\11A9\11AA\11AB\11AC\11AD\11AE\11AF\11B0\11B1\11B2\11B3\11B4\11B5\11B6\11B7\11B8\11B9\11BA\11BB\11BC\11BD\11BE\11BF\11C0\11C1\11C2',
  'ggnddrmbbssqjjcktph' || 'ae12v345ow678u90flxzi' || 'gggnnndrrrrrrrrmbbssqjcktph');
