import type { Since } from '#messaging';
import { beginOf } from '#kernel';
import { invalidArgument } from '../arguments';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

const KEPT_DAYS = 7;

/**
 * A time with a time zone, a day in Vietnam, a duration before now (90m, 2h, 7d), or `start` (the oldest message). The
 * option is refused if its time is in the future, or if messages of that time were already deleted.
 */
export function parseSince(text: string, now = new Date()): Since {
  if (text === 'start') return 'start';
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = unit ? Number(count) * SECONDS[unit] : undefined;
  const at = beginOf(text);
  if (seconds === undefined && !at)
    throw invalidArgument(
      `--since must be a time with a zone (2026-11-23T08:00:00Z), a day (2026-11-23), a duration (90m, 2h, 7d), or the word start, but it is ${text}.`,
    );
  const secondsAgo = seconds ?? (now.getTime() - at!.getTime()) / 1_000;
  if (secondsAgo < 0) throw invalidArgument(`--since must not be in the future, but it is ${text}.`);
  if (secondsAgo > KEPT_DAYS * SECONDS['d'])
    throw invalidArgument(
      `Messages are kept for ${KEPT_DAYS} days, so --since must not be earlier, but it is ${text}. Use the word start for the oldest message that is left.`,
    );
  return seconds === undefined ? { at: at! } : { seconds };
}
