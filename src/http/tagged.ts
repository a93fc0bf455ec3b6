/** A reply with an ETag, ready to be sent again: its fields, and its body in each coding that was asked for. */
import { coded, tagIn, type Coding } from './coding.ts';
import { linesIn } from './head.ts';

/** What a 304 repeats of the fields (RFC 9110, 15.4.5). */
const repeated = ['cache-control', 'vary'];

export class Tagged {
  readonly etag: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Of the body, as bytes. */
  readonly length: number;
  /** Hears that it takes more than before. */
  onGrowth: () => void = () => undefined;
  #text: string | Buffer;
  readonly #codings = new Map<Coding, Promise<Buffer>>();
  readonly #made = new Map<Coding, Buffer>();
  /** By coding: the fields as they are sent. */
  readonly #of200 = new Map<Coding | undefined, string>();
  readonly #of304 = new Map<Coding | undefined, string>();
  #bytes: number;

  constructor(etag: string, fields: Record<string, string>, text: string | Buffer) {
    this.etag = etag;
    this.fields = fields;
    this.#text = text;
    this.length = Buffer.byteLength(text);
    // A text that is not all ASCII has two bytes a character here.
    this.#bytes = this.length === text.length ? this.length : Math.max(this.length, 2 * text.length);
  }

  /** Ready to be sent, again and again. */
  get body(): Buffer {
    if (typeof this.#text === 'string') this.#text = Buffer.from(this.#text);
    return this.#text;
  }

  /** Where nobody may ask for it again. Measured: bytes of their own for each reply cost a tenth of a list in collecting them. */
  get once(): string | Buffer {
    return this.#text;
  }

  /** What it takes, all codings together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Made once, for however many ask at the same time. */
  async in(coding: Coding): Promise<Buffer> {
    let made = this.#codings.get(coding);
    if (!made) {
      made = coded(this.body, coding);
      this.#codings.set(coding, made);
      const body = await made;
      this.#made.set(coding, body);
      this.#bytes += body.length;
      this.onGrowth();
    }
    return made;
  }

  /** The body in the coding, if it is made already. */
  made(coding: Coding | undefined): Buffer | undefined {
    return coding === undefined ? this.body : this.#made.get(coding);
  }

  fieldsOf304(coding: Coding | undefined): Record<string, string> {
    const fields: Record<string, string> = { etag: tagIn(this.etag, coding) };
    for (const name of repeated) {
      const value = this.fields[name];
      if (value !== undefined) fields[name] = value;
    }
    return fields;
  }

  /** Its fields as they are sent. */
  linesOf304(coding: Coding | undefined): string {
    let lines = this.#of304.get(coding);
    if (lines === undefined) this.#of304.set(coding, (lines = linesIn(this.fieldsOf304(coding))));
    return lines;
  }

  /** The same of a 200, without its length. */
  linesOf200(coding: Coding | undefined): string {
    let lines = this.#of200.get(coding);
    if (lines === undefined) this.#of200.set(coding, (lines = linesIn(this.#fieldsOf200(coding))));
    return lines;
  }

  #fieldsOf200(coding: Coding | undefined): Record<string, string> {
    const packed: Record<string, string> = coding ? { 'content-encoding': coding } : {};
    return { ...this.fields, etag: tagIn(this.etag, coding), ...packed };
  }
}
