import type { Since } from '#messaging';
import { beginOf } from '#kernel';
import { invalidArgument } from '../arguments';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** A time with a time zone, a day in Vietnam, a duration before now (90m, 2h, 7d), or `start` (the oldest message). */
export function parseSince(text: string): Since {
  if (text === 'start') return 'start';
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit) return { seconds: Number(count) * SECONDS[unit] };
  const at = beginOf(text);
  if (at) return { at };
  throw invalidArgument(
    `--since must be a time with a zone (2026-11-23T08:00:00Z), a day (2026-11-23), a duration (90m, 2h, 7d), or the word start, but it is ${text}.`,
  );
}
