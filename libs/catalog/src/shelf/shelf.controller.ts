import { createParamDecorator } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { alsoOnMethod, cachedFor, Tagged } from '#platform/http';
import { shopLocale } from '#platform/observability';

import type { Locale } from './locale';
import type { Ready } from './ready';

const readLocale = createParamDecorator((): Locale => shopLocale());

/** The language the shelf is shown in. What is shown is sent by `sendReady`, with its tag. */
export const ShelfLocale = (): ParameterDecorator => alsoOnMethod(readLocale(), Tagged({ byLanguage: true }));

/** How long strangers may keep an answer; what they keep of stock and prices is that old at most. */
const KEPT_SECONDS = 5;

/** Encoded once as well: most of what a cached answer costs is turning its text into bytes. */
const encoded = new WeakMap<Ready, Buffer>();

function bytesOf(answer: Ready): Buffer {
  let bytes = encoded.get(answer);
  if (!bytes) encoded.set(answer, (bytes = Buffer.from(answer.body)));
  return bytes;
}

/** Beside what it varies by already, such as the origin that asks. */
const varying = (already: unknown): string =>
  typeof already === 'string' ? `${already}, accept-language` : 'accept-language';

/** Sends what is ready as it is, or says that the caller has it already. */
export function sendReady(reply: FastifyReply, answer: Ready): void {
  const { etag } = answer;
  void reply
    .header('etag', etag)
    .header('cache-control', cachedFor(KEPT_SECONDS))
    .header('vary', varying(reply.getHeader('vary')));
  const seen = reply.request.headers['if-none-match'];
  if (seen !== undefined && (seen === '*' || seen.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))) {
    void reply.code(304).send();
    return;
  }
  void reply.header('content-type', 'application/json; charset=utf-8').send(bytesOf(answer));
}
