export interface AnswerOptions {
  readonly status?: number;
  readonly meta?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** A quoted tag such as `"7"`; `true` uses a hash of the body. A matching If-None-Match is answered 304. */
  readonly etag?: string | true;
  /** The Cache-Control header; by default `no-store`, or `private, no-cache` with an `etag`. */
  readonly cacheControl?: string;
}

/** A controller returns this if its answer needs more than the data, such as a status or an ETag. */
export class Answer<Data = unknown> {
  constructor(
    readonly data: Data,
    readonly options: AnswerOptions,
  ) {}
}

export const answer = <Data>(data: Data, options: AnswerOptions = {}): Answer<Data> => new Answer(data, options);

/** The entity tag of a version: 7 is `"7"`. */
export const etagOf = (version: number | string): string => `"${version}"`;

/** All caches may store the answer for this time. For the same time again, they may send it and fetch a new answer. */
export const cachedFor = (seconds: number): string => `public, max-age=${seconds}, stale-while-revalidate=${seconds}`;

/** Only the caller's browser may store the answer. It must ask each time whether the answer is current. */
export const PRIVATE = 'private, no-cache';
