import { readFileSync } from 'node:fs';
import {
  beginOf,
  DomainError,
  endOf,
  inheritedNames,
  instantOf,
  isBlank,
  isLine,
  isUuid,
  jsonExcess,
  lengthOf,
} from '#kernel';

export const wrong = (message: string) => new DomainError('VALIDATION_ERROR', 'invalid', message);

export function orderIdIn(text: string | undefined): string {
  const id = text?.toLowerCase();
  if (!isUuid(id)) throw wrong(`Give the id of an order. It must be a UUID, but ${text ?? 'nothing'} was given.`);
  return id;
}

export function rebuildIdIn(text: string | undefined): string {
  const id = text?.toLowerCase();
  if (!isUuid(id)) throw wrong(`Give the id of a rebuild. It must be a UUID, but ${text ?? 'nothing'} was given.`);
  return id;
}

export function wholeIn(name: string, text: string, least = 0): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) < least)
    throw wrong(`${name} must be a whole number, ${least} or more.`);
  return Number(text);
}

export const listIn = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

/** The text of a file. Throws if it cannot be read. */
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
    // the error is thrown below
  }
  throw wrong(`${name} must be a JSON object. The limits of the API for its depth and size apply.`);
}

/** A time with a time zone. */
export function instantIn(name: string, text: string): Date {
  const instant = instantOf(text);
  if (!instant) throw wrong(`${name} must be a time with a zone, such as 2026-11-23T08:00:00Z.`);
  return instant;
}

const notATime = (name: string) =>
  wrong(`${name} must be a day such as 2026-11-23, or a time with a zone, such as 2026-11-23T08:00:00Z.`);

/** The start of a range: a time with a time zone, or the start of a day in Vietnam. */
export function fromIn(name: string, text: string): Date {
  const begin = beginOf(text);
  if (!begin) throw notATime(name);
  return begin;
}

/** The end of a range: a time with a time zone, or the end of a day in Vietnam. */
export function untilIn(name: string, text: string): Date {
  const end = endOf(text);
  if (!end) throw notATime(name);
  return end;
}

const LONGEST_LINE = 200;

/** A text of one line, with the same limits as in the API. */
export function lineIn(name: string, text: string): string {
  const line = text.trim();
  if (!isBlank(line) && isLine(line) && lengthOf(line) <= LONGEST_LINE) return line;
  throw wrong(`${name} must be one line of 1 to ${LONGEST_LINE} characters.`);
}
