import { PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
interface MessageText {
  readonly text?: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** The body is compressed, and the shop does not decompress bodies. */
export class PackedBody extends UnsupportedMediaTypeException {
  readonly words: MessageText = { text: 'UNSUPPORTED_MEDIA_TYPE.packed' };
}

/** The content type names another character set. */
export class BodyNotUtf8 extends UnsupportedMediaTypeException {
  readonly words: MessageText = { text: 'UNSUPPORTED_MEDIA_TYPE.charset' };
}

/** The body is larger than its sender may send to this route. */
export class BodyTooLarge extends PayloadTooLargeException {
  readonly words: MessageText;

  constructor(bytes: number) {
    super();
    this.words = { text: 'BODY_TOO_LARGE.most', params: { kilobytes: Math.floor(bytes / 1024) } };
  }
}

/** The message of a body that was not read, instead of the general text of its code. Empty for other errors. */
export const wordsOf = (error: unknown): MessageText =>
  error instanceof PackedBody || error instanceof BodyNotUtf8 || error instanceof BodyTooLarge ? error.words : {};
