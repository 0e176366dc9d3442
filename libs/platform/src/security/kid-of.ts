/** The id of the key that a token names in its head. Undefined if it names none. */
export function kidOf(token: string): string | undefined {
  try {
    const head = JSON.parse(Buffer.from(token.split('.', 1)[0], 'base64url').toString('utf8')) as { kid?: unknown };
    return typeof head.kid === 'string' && head.kid.length <= 128 ? head.kid : undefined;
  } catch {
    return undefined;
  }
}
