import { z } from 'zod';
import { Remembered } from '#platform/system';

const LinesShape = z.object({ through: z.string().nullable(), lines: z.int().min(0) });

/** The lines of a journal that are allowed to have no MAC, remembered outside of the database. */
export type MarkMemory = Remembered<Readonly<z.infer<typeof LinesShape>>>;

/** @param path the file. Without a path, only this process remembers the lines. */
export const markMemory = (path?: string): MarkMemory => new Remembered(LinesShape, path);
