import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';

export interface AnswerOptions {
  readonly status?: number;
  readonly meta?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * A quoted tag such as `"7"`; with `true`, the tag is a hash of the body. A request with a matching If-None-Match
   * gets 304.
   */
  readonly etag?: string | true;
  /** The Cache-Control header; by default `no-store`, or `private, no-cache` with an `etag`. */
  readonly cacheControl?: string;
}

/** A controller returns an `Answer` if its response needs more than the data, such as a status or an ETag. */
export class Answer<Data = unknown> {
  constructor(
    readonly data: Data,
    readonly options: AnswerOptions,
  ) {}
}

export const answer = <Data>(data: Data, options: AnswerOptions = {}): Answer<Data> => new Answer(data, options);

/** The entity tag of a version: 7 is `"7"`. */
export const etagOf = (version: number | string): string => `"${version}"`;

/**
 * The entity tag of a view, such as `"7-3f0c6a1b2d4e"`. The tag contains a hash of the whole view. The version alone is
 * not enough: two people can see different views of one version, and the stock or a name can change without a new
 * version.
 */
export const etagOfView = (view: { readonly version: number }): string => {
  const digest = createHash('sha256').update(JSON.stringify(view)).digest('hex').slice(0, 12);
  return etagOf(`${view.version}-${digest}`);
};

/**
 * If one of the entity tags belongs to the view or to its version, returns a list with this version. Otherwise returns
 * an empty list.
 */
export const matchingVersions = (tags: readonly string[], view: { readonly version: number }): readonly number[] =>
  tags.includes(etagOfView(view)) || tags.includes(etagOf(view.version)) ? [view.version] : [];

/**
 * All caches are allowed to store the response for this time. After this time, they can still send the old response for
 * the same time again, while they fetch a new response.
 */
export const cachedFor = (seconds: number): string => `public, max-age=${seconds}, stale-while-revalidate=${seconds}`;

/**
 * Only the caller's browser is allowed to store the response. Before each use, the browser must ask whether the
 * response is still current. So the response needs an ETag.
 */
export const PRIVATE = 'private, no-cache';

/** The request headers on which a private response depends. */
export const PRIVATE_VARY = ['Authorization', 'X-Cart-Token'] as const;

/** Adds header names to the header `vary`, which can exist already, for example because of CORS. */
export function addVary(reply: FastifyReply, ...names: readonly string[]): void {
  const existing = reply.getHeader('vary');
  reply.header('vary', [...(existing === undefined ? [] : [String(existing)]), ...names].join(', '));
}
