import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { IncomingHttpHeaders } from 'node:http';
import type { Validity } from '#platform/cache';
import type { HeaderList } from '#platform/security';
import { localeOf } from '../messages';

declare module 'fastify' {
  interface FastifyReply {
    /** Whether the response can still be sent again. Set only for responses that are the same for everybody. */
    validity?: Validity | undefined;
  }
}

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_ANSWERS = 1_000;
const BYTES_OF_HEADERS = 2_000;

/** The stored response to a public GET. The same bytes can be sent again. */
export interface ReadyAnswer {
  readonly route: string;
  readonly body: Buffer;
  readonly etag: string;
  /** All headers except the headers that differ for each request. */
  readonly headers: HeaderList;
  readonly validity: Validity;
}

type RequestKey = Readonly<{ url?: string | undefined; headers: IncomingHttpHeaders }>;

/** A public response depends on the URL and on the language. Its CORS headers depend on the origin. */
const keyOf = ({ url = '', headers }: RequestKey): string =>
  `${localeOf(headers['accept-language'], 'vi')} ${headers.origin ?? ''} ${url}`;

/**
 * The bytes and headers of public responses that were made from cached values. The number of responses and their bytes
 * are limited.
 */
@Injectable()
export class ReadyAnswers {
  private readonly answers = new LRUCache<string, ReadyAnswer>({
    max: MOST_ANSWERS,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body }, key) => body.length + 2 * key.length + BYTES_OF_HEADERS,
  });

  /**
   * Undefined if there is no stored response, or if the response was made from a value that is not current any more.
   */
  find(request: RequestKey): ReadyAnswer | undefined {
    const key = keyOf(request);
    const answer = this.answers.get(key);
    if (!answer || answer.validity.isCurrent()) return answer;
    this.answers.delete(key);
    return undefined;
  }

  keep(request: RequestKey, answer: ReadyAnswer): void {
    this.answers.set(keyOf(request), answer);
  }
}
