import { PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
interface Words {
  readonly text?: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** The bytes are compressed, and nothing is unpacked here. */
export class PackedBody extends UnsupportedMediaTypeException {
  readonly words: Words = { text: 'UNSUPPORTED_MEDIA_TYPE.packed' };
}

/** The content type names another character set. */
export class BodyNotUtf8 extends UnsupportedMediaTypeException {
  readonly words: Words = { text: 'UNSUPPORTED_MEDIA_TYPE.charset' };
}

/** The body is larger than its sender may send to this route. */
export class BodyTooLarge extends PayloadTooLargeException {
  readonly words: Words;

  constructor(bytes: number) {
    super();
    this.words = { text: 'BODY_TOO_LARGE.most', params: { kilobytes: Math.floor(bytes / 1024) } };
  }
}

/** The message for a body that was not read, besides the text of its code. */
export const wordsOf = (error: unknown): Words =>
  error instanceof PackedBody || error instanceof BodyNotUtf8 || error instanceof BodyTooLarge ? error.words : {};
