import { createHash } from 'node:crypto';
import { isUuid, type Uuid } from '#kernel';

/** An erased person. A customer has the id of the account, a guest has the id of the order. */
export interface ErasedSubject {
  readonly subject: Uuid;
  readonly kind: 'customer' | 'guest';
}

const checksumOf = (fields: string): string => createHash('sha256').update(fields).digest('hex').slice(0, 16);

/**
 * One line of the list of erased people: the format, the time, the person, and a checksum. With the checksum, an
 * incomplete line is noticed.
 */
export function formatErasedLine({ subject, kind }: ErasedSubject, at: Date): string {
  const fields = `v1 ${at.toISOString()} ${kind} ${subject}`;
  return `${fields} ${checksumOf(fields)}`;
}

/** Undefined if the line is damaged. */
export function parseErasedLine(line: string): ErasedSubject | undefined {
  const [form, at, kind, subject, sum] = line.split(' ');
  if (form !== 'v1' || !subject || !isUuid(subject) || (kind !== 'customer' && kind !== 'guest')) return undefined;
  return sum === checksumOf(`${form} ${at} ${kind} ${subject}`) ? { subject, kind } : undefined;
}
