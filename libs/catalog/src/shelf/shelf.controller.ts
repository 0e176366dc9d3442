import { createParamDecorator } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { validityOf } from '#platform/cache';
import { addVary, alsoOnMethod, cachedFor, matchesEtag, HasEtag } from '#platform/http';
import { shopLocale } from '#platform/observability';

import type { Locale } from './locale';
import type { JsonAnswer } from './json-answer';

const readLocale = createParamDecorator((): Locale => shopLocale());

/** A parameter with the language of the response. The controller's method must send the response with `sendJson`. */
export const ShelfLocale = (): ParameterDecorator => alsoOnMethod(readLocale(), HasEtag({ byLanguage: true }));

/** Clients are allowed to cache a response for this time. So stock and prices can be out of date for this time. */
const CLIENT_CACHE_SECONDS = 5;

/** The encoded bytes of cached responses. They are kept, because encoding is the slowest part of sending a response. */
const encoded = new WeakMap<JsonAnswer, Buffer>();

function bytesOf(answer: JsonAnswer): Buffer {
  let bytes = encoded.get(answer);
  if (!bytes) encoded.set(answer, (bytes = Buffer.from(answer.body)));
  return bytes;
}

/** Sends the response, or 304 if the client has it already. */
export function sendJson(reply: FastifyReply, answer: JsonAnswer): void {
  const { etag } = answer;
  void reply.header('etag', etag).header('cache-control', cachedFor(CLIENT_CACHE_SECONDS));
  addVary(reply, 'accept-language');
  reply.validity = validityOf(answer);
  if (matchesEtag(etag, reply.request.headers['if-none-match'])) {
    void reply.code(304).send();
    return;
  }
  void reply.header('content-type', 'application/json; charset=utf-8').send(bytesOf(answer));
}
