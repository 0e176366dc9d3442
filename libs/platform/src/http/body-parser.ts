import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { JSON_LIMITS, jsonExcess, type JsonLimits } from '#kernel';
import { textOf } from './messages';
import { InvalidInput } from './validation.pipe';

/** What a body's bytes are, as JSON: UTF-8, well formed, and within the limits. */
function jsonOf(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new BadRequestException();
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    throw new BadRequestException();
  }
}

function within(limits: JsonLimits, value: unknown, request: FastifyRequest): unknown {
  const excess = jsonExcess(value, limits);
  if (excess === undefined) return value;
  const message = textOf(`body.${excess}`, request.ambient?.locale ?? 'en', { ...limits });
  throw new InvalidInput([{ field: 'body', message }]);
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

/** JSON is UTF-8 and nothing else; what calls itself something else is not read as if it were. */
const isInUtf8 = (contentType = ''): boolean => /^utf-?8$/i.test(CHARSET.exec(contentType)?.[1] ?? 'utf-8');

/**
 * The bodies that the shop reads: JSON, whose bytes stay in `rawBody` for signatures, and files, which come as streams.
 * Everything else, forms and plain text included, is answered 415. Limits hold before any class sees the body.
 */
export function takeBodies(fastify: FastifyInstance, limits: JsonLimits = JSON_LIMITS): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      if (!isInUtf8(request.headers['content-type'])) throw new UnsupportedMediaTypeException();
      (request as FastifyRequest & { rawBody?: Buffer }).rawBody = bytes;
      done(null, within(limits, jsonOf(bytes), request));
    } catch (error) {
      done(error as Error);
    }
  });
  // Whoever reads a file counts its bytes.
  const files = ['text/csv', 'application/x-ndjson', 'application/jsonl', /^image\//];
  fastify.addContentTypeParser(files as string[], (_request, payload, done) => done(null, payload));
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase();
    const isPlain = coding === undefined || coding === '' || coding === 'identity';
    // Nothing is unpacked here: a packed body would be read as if it were not.
    done(isPlain || request.is404 ? null : new UnsupportedMediaTypeException(), payload);
  });
}
