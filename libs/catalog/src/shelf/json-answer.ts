import { createHash } from 'node:crypto';

/** The body of a response as text, so that a cached response can be sent as it is. */
export interface JsonAnswer {
  readonly body: string;
  readonly etag: string;
}

/** Makes the response body for data that is JSON text. */
export function toJsonAnswer(data: string, meta?: object): JsonAnswer {
  const body = `{"success":true,"data":${data}${meta ? `,"meta":${JSON.stringify(meta)}` : ''}}`;
  return { body, etag: `"${createHash('sha1').update(body).digest('base64url')}"` };
}

/** Adds one member to a JSON object. The object is JSON text, and not empty. */
export const withMember = (object: string, name: string, value: unknown): string =>
  `${object.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`;
