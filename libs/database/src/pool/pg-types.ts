import { types } from 'pg';

const { INT8, DATE, NUMERIC } = types.builtins;
const INT8_ARRAY = 1016;

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit into a number`);
  return value;
}

/** A sum of bigints is numeric in Postgres. Whole values up to 15 digits become numbers, all others stay text. */
const parseNumeric = (text: string): number | string => (/^-?\d{1,15}$/.test(text) ? Number(text) : text);

const int8Array = types.getTypeParser(INT8_ARRAY as never, 'text') as (text: string) => (string | null)[];

const parsers: Record<number, (text: string) => unknown> = {
  [INT8]: parseSafeInteger,
  [INT8_ARRAY]: (text) => int8Array(text).map((item) => (item === null ? null : parseSafeInteger(item))),
  [NUMERIC]: parseNumeric,
  [DATE]: (text) => text, // a day has no time zone: '2026-01-31'
};

type Parser = (text: string) => unknown;

/** A bigint becomes a number, or an error if digits would be lost. A date stays text. A timestamptz becomes a Date. */
export const pgTypes = {
  getTypeParser: (oid: number, format?: string): Parser =>
    (format === 'binary' ? undefined : parsers[oid]) ?? (types.getTypeParser(oid, format as 'text') as Parser),
};
