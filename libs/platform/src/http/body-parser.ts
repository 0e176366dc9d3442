import { BadRequestException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { BodyReader, BodyOverLimit } from './door/body-reader';
import { BODY_LIMITS, senderOf, type BodyLimits, type Sender } from './door/body-limits';
import { textOf } from './messages';
import { BodyNotUtf8, CompressedBody } from './unread-body';
import { InvalidInput } from './validation.pipe';

/** Parses the bytes of a body. Throws a BadRequestException if the bytes are not UTF-8, or not JSON. */
function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new BadRequestException();
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    throw new BadRequestException();
  }
}

function toInvalidInput(fault: unknown, request: FastifyRequest): unknown {
  if (!(fault instanceof BodyOverLimit)) return fault;
  const { keys, values, depth } = fault.limits;
  const message = textOf(`body.${fault.excess}`, request.requestContext?.locale ?? 'en', { keys, values, depth });
  return new InvalidInput([{ field: 'body', message }]);
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

/** Whether a content type declares UTF-8, or no charset. JSON is UTF-8, so other charsets are refused. */
const declaresUtf8 = (contentType = ''): boolean => /^utf-?8$/i.test(CHARSET.exec(contentType)?.[1] ?? 'utf-8');

function declaredLength({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** A function that throws if the request does not prove that it comes from this kind of sender. */
export type Proof = (request: FastifyRequest, sender: Sender) => Promise<void>;

interface BodyOptions {
  /** Called before the shop reads a body that is larger than an unknown client is allowed to send. */
  readonly prove: Proof;
  readonly reader?: BodyReader;
}

/**
 * Accepts two kinds of bodies: JSON, and files. The bytes of JSON stay in `rawBody`, so that a signature can be
 * checked. A file is passed to the handler as a stream. Other bodies, such as forms and plain text, get 415. Limits are
 * checked before validation. A sender gets larger limits only if it proves its kind, for example staff.
 */
export function addBodyParsers(fastify: FastifyInstance, { prove, reader = new BodyReader() }: BodyOptions): void {
  const limitsFor = async (request: FastifyRequest, declared: number | undefined): Promise<BodyLimits> => {
    const sender = senderOf(request.routeOptions.url);
    const isLarge = declared === undefined || declared > BODY_LIMITS.stranger.bytes;
    if (isLarge && sender !== 'stranger') await prove(request, sender);
    return BODY_LIMITS[sender];
  };
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    try {
      if (!declaresUtf8(request.headers['content-type'])) throw new BodyNotUtf8();
      const declared = declaredLength(request);
      const bytes = await reader.read(payload, declared, await limitsFor(request, declared));
      (request as FastifyRequest & { rawBody?: Buffer }).rawBody = bytes;
      return parseJson(bytes);
    } catch (error) {
      throw toInvalidInput(error, request);
    }
  });
  // The size of a file is not limited here, but by the handler that reads the file.
  const files = ['text/csv', 'application/x-ndjson', 'application/jsonl', /^image\//];
  fastify.addContentTypeParser(files as string[], (_request, payload, done) => done(null, payload));
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase();
    const isPlain = coding === undefined || coding === '' || coding === 'identity';
    // The shop does not decompress bodies. Without this check, a compressed body would be parsed as JSON.
    done(isPlain || request.is404 ? null : new CompressedBody(), payload);
  });
}
