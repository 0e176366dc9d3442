const FILE_SYSTEM_ERRORS = new Set(['EACCES', 'EEXIST', 'EISDIR', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']);

/** The shop cannot use the folder that a setting names. */
export class UnusableFolder extends Error {
  constructor(setting: 'DATA_DIR' | 'LOG_DIR', path: string, cause: Error) {
    super(
      `${setting} ${path} cannot be used (${cause.message}): it must be a folder that the shop’s user may read and write`,
      { cause },
    );
    this.name = 'UnusableFolder';
  }
}

/**
 * Runs a function that uses the folder named by a setting. Throws UnusableFolder if the file system refuses an
 * operation.
 */
export function inFolderOf<Result>(setting: 'DATA_DIR' | 'LOG_DIR', path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (FILE_SYSTEM_ERRORS.has((error as NodeJS.ErrnoException).code ?? ''))
      throw new UnusableFolder(setting, path, error as Error);
    throw error;
  }
}
