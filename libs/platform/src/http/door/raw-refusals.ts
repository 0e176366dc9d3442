import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdFrom } from '#platform/observability';
import { failureBody, failureOf } from '../failure';
import { blockDetector } from './block-detector';

const TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

const STATUSES: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  [TIMEOUT]: 408,
};

/** After this time the connection is closed, even if the client has not closed it. */
const CLOSE_AFTER_MS = 1_000;

/**
 * The time in which the headers of a request must arrive. For bodies, `BodyReader` limits the pauses between two
 * chunks.
 */
export const HEADERS_MS = 10_000;

/** Connections on which the server has read a request. */
const connectionsWithRequest = new WeakSet<Socket>();

export const noteRequest = ({ socket }: IncomingMessage): void => void connectionsWithRequest.add(socket);
export const noteRequests = (server: Server): void => void server.on('request', noteRequest);

/**
 * Called for a connection without a valid HTTP request: sends a response with the usual error form, and closes the
 * connection. If the headers are late and this process was blocked, they have perhaps arrived in time, but were not
 * read. So the request gets the same time again.
 */
export function refuseRawRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === TIMEOUT && blockDetector.wasBlockedWithin(HEADERS_MS)) {
    connectionsWithRequest.delete(socket);
    setTimeout(() => connectionsWithRequest.has(socket) || refuse(error, socket), HEADERS_MS).unref();
  } else refuse(error, socket);
}

function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const status = STATUSES[error.code ?? ''] ?? 400;
  const id = requestIdFrom(undefined);
  const failure = failureOf(Object.assign(new Error(), { statusCode: status, code: 'FST_RAW' }));
  const body = JSON.stringify(failureBody(failure, id, 'en'));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\nx-request-id: ${id}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  const closeTimer = setTimeout(() => socket.destroy(), CLOSE_AFTER_MS);
  socket.once('close', () => clearTimeout(closeTimer));
}
