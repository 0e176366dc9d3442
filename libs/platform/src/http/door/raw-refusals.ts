import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdFrom } from '#platform/observability';
import { failureBody, failureOf } from '../failure';

const SIZES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** How long the client may take to read the reason and to close the connection. */
const LAST_WORDS_MS = 1_000;

/** A request that is not HTTP is answered in the envelope too. Then the connection is closed. */
export function refuseRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const status = SIZES[error.code ?? ''] ?? 400;
  const id = requestIdFrom(undefined);
  const failure = failureOf(Object.assign(new Error(), { statusCode: status, code: 'FST_RAW' }));
  const body = JSON.stringify(failureBody(failure, id, 'en'));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\nx-request-id: ${id}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  const late = setTimeout(() => socket.destroy(), LAST_WORDS_MS);
  socket.once('close', () => clearTimeout(late));
}
