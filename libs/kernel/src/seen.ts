/** The versions that a caller accepts (`If-Match`), because the caller has read them. Undefined: any version. */
export type Seen = readonly number[] | undefined;

/** Whether the caller accepts the current version. */
export const hasSeen = (seen: Seen, version: number): boolean => seen === undefined || seen.includes(version);
