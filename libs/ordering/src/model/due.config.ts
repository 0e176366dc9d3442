import type { Message } from '#kernel';
import type { ProcessTimer } from '#platform/processes';

interface InSeconds {
  readonly name: string;
  readonly inSeconds: number | null;
  readonly message: Message;
}

/** The pure processes count seconds; here they become an instant. */
export const dueAt = ({ name, inSeconds, message }: InSeconds, now: Date): ProcessTimer => ({
  name,
  message,
  dueAt: inSeconds === null ? null : new Date(now.getTime() + inSeconds * 1_000),
});
