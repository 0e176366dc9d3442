import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { addVary } from './answer';
import { matchesEtag } from './etag';

type Coding = 'br' | 'gzip';

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

const compressors: Readonly<Record<Coding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, BROTLI),
  gzip: (bytes) => promisify(gzip)(bytes),
};

/** The best content coding that `Accept-Encoding` allows; undefined if the bytes are sent uncompressed. */
export function codingFor(accepted = ''): Coding | undefined {
  const named = accepted.split(',').map((part) => part.trim().toLowerCase());
  const accepts = (coding: Coding) =>
    named.some((part) => part.split(';')[0].trim() === coding && !/;\s*q=0(?:\.0*)?$/.test(part));
  return (['br', 'gzip'] as const).find(accepts);
}

/**
 * A response that is the same for everybody. The bytes of the response stay in memory. They are compressed once for
 * each content coding, outside the event loop.
 */
export class PreparedAnswer {
  private readonly hash: string;
  private readonly compressed = new Map<Coding, Promise<Buffer>>();

  constructor(
    private readonly type: string,
    private readonly bytes: Buffer,
  ) {
    this.hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 27);
  }

  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const coding = codingFor(request.headers['accept-encoding']);
    const etag = `"${this.hash}${coding ? `-${coding}` : ''}"`;
    reply.header('etag', etag).header('cache-control', 'public, max-age=300');
    addVary(reply, 'Accept-Encoding');
    if (matchesEtag(etag, request.headers['if-none-match'])) return reply.code(304).send();
    if (coding) reply.header('content-encoding', coding);
    return reply.header('content-type', this.type).send(coding ? await this.compress(coding) : this.bytes);
  }

  private compress(coding: Coding): Promise<Buffer> {
    let compressed = this.compressed.get(coding);
    if (!compressed) this.compressed.set(coding, (compressed = compressors[coding](this.bytes)));
    return compressed;
  }
}
