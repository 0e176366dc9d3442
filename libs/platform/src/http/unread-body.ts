import { PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';

/** The text of an error response, if it is not the general text of the error code. */
interface MessageText {
  readonly text?: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** The body is compressed, and the shop does not decompress bodies. */
export class CompressedBody extends UnsupportedMediaTypeException {
  readonly messageText: MessageText = { text: 'UNSUPPORTED_MEDIA_TYPE.packed' };
}

/** The content type names another character set. */
export class BodyNotUtf8 extends UnsupportedMediaTypeException {
  readonly messageText: MessageText = { text: 'UNSUPPORTED_MEDIA_TYPE.charset' };
}

/** The body is larger than its sender is allowed to send to this route. */
export class BodyTooLarge extends PayloadTooLargeException {
  readonly messageText: MessageText;

  constructor(bytes: number) {
    super();
    this.messageText = { text: 'BODY_TOO_LARGE.most', params: { kilobytes: Math.floor(bytes / 1024) } };
  }
}

/** The text for the error of a body that was not read. Empty for other errors. */
export const messageTextOf = (error: unknown): MessageText =>
  error instanceof CompressedBody || error instanceof BodyNotUtf8 || error instanceof BodyTooLarge
    ? error.messageText
    : {};
