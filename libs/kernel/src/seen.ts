/** The versions of a thing that a caller decided on (`If-Match`); undefined when any will do. */
export type Seen = readonly number[] | undefined;

/** Whether the caller has seen the version that is there now. */
export const hasSeen = (seen: Seen, version: number): boolean => seen === undefined || seen.includes(version);
