import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdFrom } from '#platform/observability';
import { failureBody, failureOf } from '../failure';
import { holdUps } from './hold-ups';

const TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

const SIZES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  [TIMEOUT]: 408,
};

/** How long the client may take to read the reason and to close the connection. */
const LAST_WORDS_MS = 1_000;

/** The time in which the headers of a request have to arrive. The body reader limits the pauses of a body. */
export const HEADERS_MS = 10_000;

/** Connections of which a request has been read. */
const heard = new WeakSet<Socket>();

export const noteRequests = (server: Server): void =>
  void server.on('request', ({ socket }: IncomingMessage) => heard.add(socket));

/**
 * A request that is not HTTP is answered in the envelope too. Then the connection is closed. If the shop was held up
 * itself, a late request may lie here unread, so it gets the same time once more.
 */
export function refuseRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === TIMEOUT && holdUps.within(HEADERS_MS)) {
    heard.delete(socket);
    setTimeout(() => heard.has(socket) || refuse(error, socket), HEADERS_MS).unref();
  } else refuse(error, socket);
}

function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
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
