export interface AnswerOptions {
  readonly status?: number;
  readonly meta?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** A quoted tag such as `"7"`; `true` uses a hash of the body. A matching If-None-Match is answered 304. */
  readonly etag?: string | true;
  /** Answers are `no-store` unless this says otherwise. */
  readonly cacheControl?: string;
}

/** What a controller returns if it has to say more than the data. */
export class Answer<Data = unknown> {
  constructor(
    readonly data: Data,
    readonly options: AnswerOptions,
  ) {}
}

export const answer = <Data>(data: Data, options: AnswerOptions = {}): Answer<Data> => new Answer(data, options);

/** The entity tag of a version: 7 is `"7"`. */
export const etagOf = (version: number | string): string => `"${version}"`;

/** Anyone may keep it for so long, and may show a stale copy for as long again while asking for a new one. */
export const cachedFor = (seconds: number): string => `public, max-age=${seconds}, stale-while-revalidate=${seconds}`;

/** Only the caller's own browser keeps it, and asks each time whether it is current. */
export const PRIVATE = 'private, no-cache';
