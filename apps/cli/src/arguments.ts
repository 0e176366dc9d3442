import { readFileSync } from 'node:fs';
import { DomainError, inheritedNames, instantOf, isDay, isBlank, isLine, isUuid, jsonExcess, lengthOf } from '#kernel';

export const wrong = (message: string) => new DomainError('VALIDATION_ERROR', 'invalid', message);

export function orderIdIn(text: string | undefined): string {
  const id = text?.toLowerCase();
  if (!isUuid(id)) throw wrong(`Name an order by its id; ${text ?? 'nothing'} is none.`);
  return id;
}

export function rebuildIdIn(text: string | undefined): string {
  const id = text?.toLowerCase();
  if (!isUuid(id)) throw wrong(`Name a rebuild by its id; ${text ?? 'nothing'} is none.`);
  return id;
}

export function wholeIn(name: string, text: string, least = 0): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) < least) throw wrong(`${name} must be a whole number from ${least}.`);
  return Number(text);
}

export const listIn = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** What a named file holds. */
export function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw wrong(`There is no file ${file} that can be read.`);
  }
}

export function jsonIn(name: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject && jsonExcess(value) === undefined && inheritedNames(value).length === 0) return value;
  } catch {
    // said below
  }
  throw wrong(`${name} must be a JSON object, and no deeper or larger than the API takes.`);
}

/** A time with a zone, or a day: then its beginning in UTC. */
export function instantIn(name: string, text: string): Date {
  const instant = instantOf(isDay(text) ? `${text}T00:00:00Z` : text);
  if (!instant) throw wrong(`${name} must be a time such as 2026-11-23T08:00:00Z.`);
  return instant;
}

const LONGEST_LINE = 200;

/** A word or a sentence of one line, as the API takes it in the same place. */
export function lineIn(name: string, text: string): string {
  const line = text.trim();
  if (!isBlank(line) && isLine(line) && lengthOf(line) <= LONGEST_LINE) return line;
  throw wrong(`${name} must be one line of 1 to ${LONGEST_LINE} characters.`);
}
