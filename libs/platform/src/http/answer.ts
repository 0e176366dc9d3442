export interface AnswerOptions {
  readonly status?: number;
  readonly meta?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** A quoted tag such as `"7"`; true takes a hash of the body. A matching If-None-Match is answered 304. */
  readonly etag?: string | true;
  /** Answers are `no-store` unless this says otherwise. */
  readonly cacheControl?: string;
}

/** What a controller returns when it has more to say than the data. */
export class Answer<Data = unknown> {
  constructor(
    readonly data: Data,
    readonly options: AnswerOptions,
  ) {}
}

export const answer = <Data>(data: Data, options: AnswerOptions = {}): Answer<Data> => new Answer(data, options);

/** The entity tag of a version: 7 is `"7"`. */
export const etagOf = (version: number | string): string => `"${version}"`;

/** Anyone may keep it for so long, and show a stale one meanwhile for as long again while asking. */
export const cachedFor = (seconds: number): string => `public, max-age=${seconds}, stale-while-revalidate=${seconds}`;

/** Kept by the caller's own browser only, and asked about each time. */
export const PRIVATE = 'private, no-cache';
