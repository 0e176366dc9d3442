import { createHmac, timingSafeEqual } from 'node:crypto';

/** `Sandbox-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
export const SIGNATURE_HEADER = 'sandbox-signature';
const TOLERANCE_SECONDS = 300;

const hmac = (secret: string, seconds: number, body: Buffer): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

export const sign = (secret: string, seconds: number, body: Buffer): string =>
  `t=${seconds},v1=${hmac(secret, seconds, body).toString('hex')}`;

/** Why a signature is not valid; undefined if the signature is valid. */
export function signatureFault(secret: string, header: unknown, body: Buffer, nowSeconds: number): string | undefined {
  const parts = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(typeof header === 'string' ? header : '');
  if (!parts) return 'the signature is missing or malformed';
  const seconds = Number(parts[1]);
  if (!timingSafeEqual(hmac(secret, seconds, body), Buffer.from(parts[2], 'hex')))
    return 'the signature does not match';
  if (Math.abs(nowSeconds - seconds) > TOLERANCE_SECONDS) return 'the signature is too old, or from the future';
  return undefined;
}
