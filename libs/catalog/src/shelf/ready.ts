import { createHash } from 'node:crypto';

/** An answer as it is sent, made once and sent many times. */
export interface Ready {
  readonly body: string;
  readonly etag: string;
}

/** The envelope around data that is JSON text already. */
export function ready(data: string, meta?: object): Ready {
  const body = `{"success":true,"data":${data}${meta ? `,"meta":${JSON.stringify(meta)}` : ''}}`;
  return { body, etag: `"${createHash('sha1').update(body).digest('base64url')}"` };
}

/** Adds one member to a JSON object that is text. */
export const withMember = (object: string, name: string, value: unknown): string =>
  `${object.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`;
