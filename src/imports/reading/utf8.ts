/** UTF-8 and nothing else: pieces that end between characters, without a byte order mark. */
import { isAscii, isUtf8 } from 'node:buffer';
import { likelyEncoding, unicodeOf } from './encoding.ts';
import { FileError } from './file-error.ts';
import type { FileForm, Place } from './row.ts';

const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** How many bytes the character that begins with this byte has; 0 for a byte that begins none. */
const lengthFrom = (byte: number): number =>
  byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;

/** How many of the last bytes are the beginning of a character whose rest is still to come. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) !== 0x80) return lengthFrom(byte) > back ? back : 0;
  }
  return 0;
}

function firstWrong(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const length = lengthFrom(bytes[at] ?? 0);
    if (length === 0 || at + length > bytes.length) return at;
    if (length > 1 && !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}

const saveAs = (form: FileForm): string =>
  form === 'csv' ? 'Save it as “CSV UTF-8” and send it again.' : 'Save it as UTF-8 and send it again.';

class Utf8 {
  /** Set when something is not UTF-8: what there is to say of it, but for the place. */
  wrong: ((place: Place) => FileError) | undefined;
  #first = true;
  #rest = Buffer.alloc(0);
  #offset = 0;
  /** Whether there was text beyond ASCII that is UTF-8, which makes another encoding unlikely. */
  #proven = false;
  readonly #form: FileForm;

  constructor(form: FileForm) {
    this.#form = form;
  }

  /** Gives what is UTF-8, up to the first byte that is not. */
  take(piece: Buffer, last: boolean): Buffer {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece]) : piece;
    if (this.#first) {
      if (bytes.length < 4 && !last) {
        this.#rest = Buffer.from(bytes);
        return Buffer.alloc(0);
      }
      this.#first = false;
      this.#refuseUnicode(bytes);
      if (bytes.subarray(0, 3).equals(mark)) {
        bytes = bytes.subarray(3);
        this.#offset = 3;
      }
    }
    const whole = last ? bytes.length : bytes.length - unfinished(bytes);
    const text = bytes.subarray(0, whole);
    if (!isUtf8(text)) return this.#upToWrong(text);
    // A copy: what is left over would keep the whole piece.
    this.#rest = Buffer.from(bytes.subarray(whole));
    this.#offset += text.length;
    this.#proven ||= !isAscii(text);
    return text;
  }

  #refuseUnicode(bytes: Buffer): void {
    const name = unicodeOf(bytes);
    if (name)
      throw new FileError('wrong-encoding', `The file is in ${name}, not in UTF-8. ${saveAs(this.#form)}`, {
        line: 1,
        column: 1,
      });
  }

  #upToWrong(text: Buffer): Buffer {
    const at = firstWrong(text);
    const proven = this.#proven || text.subarray(0, at).filter((byte) => byte >= 0x80).length > 12;
    const guess = proven ? undefined : likelyEncoding(text, at);
    const what = guess
      ? `The file is not in UTF-8; it looks like ${guess}`
      : proven
        ? 'The file is in UTF-8 up to here and then is not: it is damaged, or put together from files of different encodings'
        : 'The file is not in UTF-8';
    const byte = `byte ${this.#offset + at + 1} (0x${(text[at] ?? 0).toString(16)})`;
    this.wrong = (place) =>
      new FileError(
        'wrong-encoding',
        `${what}. The first place that shows it is ${byte} in line ${place.line}. ${saveAs(this.#form)}`,
        place,
      );
    return text.subarray(0, at);
  }
}

/** `place` is asked where in the file the text ended that was given, when all of it has been read. */
export async function* utf8(
  pieces: AsyncIterable<Buffer>,
  form: FileForm,
  place: () => Place,
): AsyncGenerator<Buffer> {
  const reader = new Utf8(form);
  for await (const piece of pieces) {
    const text = reader.take(piece, false);
    if (text.length > 0) yield text;
    if (reader.wrong) throw reader.wrong(place());
  }
  const text = reader.take(Buffer.alloc(0), true);
  if (text.length > 0) yield text;
  if (reader.wrong) throw reader.wrong(place());
}
