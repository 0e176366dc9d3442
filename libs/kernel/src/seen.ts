/** The versions of a thing on which a caller decided (`If-Match`); undefined if any will do. */
export type Seen = readonly number[] | undefined;

/** Whether the caller has seen the current version. */
export const hasSeen = (seen: Seen, version: number): boolean => seen === undefined || seen.includes(version);
