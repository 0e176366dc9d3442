import { fstatSync, openSync, readFileSync } from 'node:fs';
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

export const invalidArgument = (message: string) => new DomainError('VALIDATION_ERROR', 'invalid', message);

export function parseOrderId(text: string | undefined): string {
  const id = text?.toLowerCase();
  if (!isUuid(id))
    throw invalidArgument(`Give the id of an order. It must be a UUID, but ${text ?? 'nothing'} was given.`);
  return id;
}

export function parseRebuildId(text: string | undefined): string {
  const id = text?.toLowerCase();
  if (!isUuid(id))
    throw invalidArgument(`Give the id of a rebuild. It must be a UUID, but ${text ?? 'nothing'} was given.`);
  return id;
}

export function parseWholeNumber(name: string, text: string, least = 0): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) < least)
    throw invalidArgument(`${name} must be a whole number, ${least} or more.`);
  return Number(text);
}

export const parseList = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);

const noFile = (file: string) => invalidArgument(`There is no file ${file} that can be read.`);

/** The text of a file. Throws if the file cannot be read. */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw noFile(file);
  }
}

/** Opens a file that can be too large to be read at once. Throws if the file cannot be read. */
export function openFile(file: string): number {
  try {
    const opened = openSync(file, 'r');
    if (fstatSync(opened).isDirectory()) throw noFile(file);
    return opened;
  } catch {
    throw noFile(file);
  }
}

export function parseJsonObject(name: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject && jsonExcess(value) === undefined && inheritedNames(value).length === 0) return value;
  } catch {
    // the error is thrown below
  }
  throw invalidArgument(`${name} must be a JSON object. The limits of the API for its depth and size apply.`);
}

/** A time with a time zone. */
export function parseInstant(name: string, text: string): Date {
  const instant = instantOf(text);
  if (!instant) throw invalidArgument(`${name} must be a time with a zone, such as 2026-11-23T08:00:00Z.`);
  return instant;
}

const invalidTime = (name: string) =>
  invalidArgument(`${name} must be a day such as 2026-11-23, or a time with a zone, such as 2026-11-23T08:00:00Z.`);

/** The start of a range: a time with a time zone, or the start of a day in Vietnam. */
export function parseRangeStart(name: string, text: string): Date {
  const begin = beginOf(text);
  if (!begin) throw invalidTime(name);
  return begin;
}

/** The end of a range: a time with a time zone, or the end of a day in Vietnam. */
export function parseRangeEnd(name: string, text: string): Date {
  const end = endOf(text);
  if (!end) throw invalidTime(name);
  return end;
}

const LONGEST_LINE = 200;

/** A text of one line, with the same limits as in the API. */
export function parseLine(name: string, text: string): string {
  const line = text.trim();
  if (!isBlank(line) && isLine(line) && lengthOf(line) <= LONGEST_LINE) return line;
  throw invalidArgument(`${name} must be one line of 1 to ${LONGEST_LINE} characters.`);
}
