import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { DomainError } from '#kernel';

const DAMAGED = 'it is damaged';

const adviceFor = (reason: string): string =>
  reason === DAMAGED
    ? 'put a copy of it back; if there is no copy, move the file away: the next start then accepts the database once, and records that'
    : 'let the shop’s user read and write this file and its folder, or set SEAL_ANCHOR_FILE to where it is';

/**
 * The message is for the operator's log. It names the file and says what to do. Clients get only the reason, without
 * the path.
 */
export class UnusableSealAnchor extends DomainError {
  constructor(path: string, cause: unknown) {
    const { message, code = message } = cause as NodeJS.ErrnoException;
    super(
      'SEAL_ANCHOR_UNUSABLE',
      'unavailable',
      `What the shop remembers outside of the database is in ${path}, which cannot be used (${message}): ${adviceFor(message)}`,
      { reason: code, seconds: 60 },
    );
    this.cause = cause;
  }
}

const isDamage = (error: unknown): boolean => error instanceof z.ZodError || error instanceof SyntaxError;

/** A file with content that a process remembers outside the database. Its methods throw UnusableSealAnchor. */
export class RememberedFile<Content> {
  constructor(
    readonly path: string,
    private readonly shape: z.ZodType<Content>,
  ) {}

  /** Returns undefined if the file does not exist. */
  async read(): Promise<Content | undefined> {
    try {
      return this.shape.parse(JSON.parse(await readFile(this.path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new UnusableSealAnchor(this.path, isDamage(error) ? new Error(DAMAGED) : error);
    }
  }

  /**
   * Resolves when the content is on the disk. A reader gets either the complete former content or the complete new
   * content, even if two processes write at the same time.
   */
  async write(content: Content): Promise<void> {
    const draft = `${this.path}.${randomUUID()}`;
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(content)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw new UnusableSealAnchor(this.path, error);
    }
  }
}
