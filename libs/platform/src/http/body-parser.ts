import { BadRequestException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { BodyReader, TooMuch } from './door/body-reader';
import { ROOMS, senderOf, type Room, type Sender } from './door/room';
import { textOf } from './messages';
import { BodyNotUtf8, PackedBody } from './unread-body';
import { InvalidInput } from './validation.pipe';

/** The JSON of a body's bytes, if they are UTF-8 and well formed. */
function jsonOf(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new BadRequestException();
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text);
  } catch {
    throw new BadRequestException();
  }
}

function asInvalidInput(fault: unknown, request: FastifyRequest): unknown {
  if (!(fault instanceof TooMuch)) return fault;
  const { keys, values, depth } = fault.room;
  const message = textOf(`body.${fault.excess}`, request.ambient?.locale ?? 'en', { keys, values, depth });
  return new InvalidInput([{ field: 'body', message }]);
}

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

/** JSON is UTF-8. A body that declares another charset is not read as if it were UTF-8. */
const isInUtf8 = (contentType = ''): boolean => /^utf-?8$/i.test(CHARSET.exec(contentType)?.[1] ?? 'utf-8');

function announcedLength({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** Throws the route's own error, unless the request proves that it comes from a sender of this kind. */
export type Proof = (request: FastifyRequest, sender: Sender) => Promise<void>;

interface BodyOptions {
  /** Called before the shop reads a body that is larger than an unknown client may send. */
  readonly prove: Proof;
  readonly reader?: BodyReader;
}

/**
 * Accepts JSON bodies, whose bytes stay in `rawBody` for signatures, and files, which come as streams. All others, such
 * as forms and plain text, are answered 415. Limits are checked before validation. The larger limits are only for
 * senders who prove that they may use them.
 */
export function takeBodies(fastify: FastifyInstance, { prove, reader = new BodyReader() }: BodyOptions): void {
  const roomFor = async (request: FastifyRequest, announced: number | undefined): Promise<Room> => {
    const sender = senderOf(request.routeOptions.url);
    const isLarge = announced === undefined || announced > ROOMS.stranger.bytes;
    if (isLarge && sender !== 'stranger') await prove(request, sender);
    return ROOMS[sender];
  };
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    try {
      if (!isInUtf8(request.headers['content-type'])) throw new BodyNotUtf8();
      const announced = announcedLength(request);
      const bytes = await reader.read(payload, announced, await roomFor(request, announced));
      (request as FastifyRequest & { rawBody?: Buffer }).rawBody = bytes;
      return jsonOf(bytes);
    } catch (error) {
      throw asInvalidInput(error, request);
    }
  });
  // The handler that reads a file limits its size.
  const files = ['text/csv', 'application/x-ndjson', 'application/jsonl', /^image\//];
  fastify.addContentTypeParser(files as string[], (_request, payload, done) => done(null, payload));
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const coding = request.headers['content-encoding']?.trim().toLowerCase();
    const isPlain = coding === undefined || coding === '' || coding === 'identity';
    // The shop does not decompress bodies. Without this check, a compressed body would be parsed as JSON.
    done(isPlain || request.is404 ? null : new PackedBody(), payload);
  });
}
