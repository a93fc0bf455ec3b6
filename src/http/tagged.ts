/** A reply with an ETag, ready to be sent again: its fields, and its body in each coding that was asked for. */
import { coded, type Coding } from './coding.ts';

export class Tagged {
  readonly etag: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Hears that it takes more than before. */
  onGrowth: () => void = () => undefined;
  readonly #codings = new Map<Coding, Promise<Buffer>>();
  #bytes: number;

  constructor(etag: string, fields: Record<string, string>, body: Buffer) {
    this.etag = etag;
    this.fields = fields;
    this.body = body;
    this.#bytes = body.length;
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
      this.#bytes += (await made).length;
      this.onGrowth();
    }
    return made;
  }
}
