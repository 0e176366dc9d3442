import { createParamDecorator } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { alsoOnMethod, cachedFor, Tagged } from '#platform/http';
import { shopLocale } from '#platform/observability';

import type { Locale } from './locale';
import type { Ready } from './ready';

const readLocale = createParamDecorator((): Locale => shopLocale());

/** The language of the shelf. Answers are sent by `sendReady`, with their tag. */
export const ShelfLocale = (): ParameterDecorator => alsoOnMethod(readLocale(), Tagged({ byLanguage: true }));

/** How long clients may keep an answer, and so how old its stock and prices may be. */
const KEPT_SECONDS = 5;

/** The bytes are cached too: turning text into bytes is most of the cost of a cached answer. */
const encoded = new WeakMap<Ready, Buffer>();

function bytesOf(answer: Ready): Buffer {
  let bytes = encoded.get(answer);
  if (!bytes) encoded.set(answer, (bytes = Buffer.from(answer.body)));
  return bytes;
}

/** Added to the existing `vary` header, for example that of CORS. */
const varying = (already: unknown): string =>
  typeof already === 'string' ? `${already}, accept-language` : 'accept-language';

/** Sends a ready answer, or 304 if the caller has it already. */
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
