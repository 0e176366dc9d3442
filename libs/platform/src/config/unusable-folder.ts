const OF_FILES = new Set(['EACCES', 'EEXIST', 'EISDIR', 'ENOENT', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EROFS']);

/** A folder of a setting that cannot hold the shop's files. */
export class UnusableFolder extends Error {
  constructor(setting: 'DATA_DIR' | 'LOG_DIR', path: string, cause: Error) {
    super(
      `${setting} ${path} cannot be used (${cause.message}): it must be a folder that the shop’s user may read and write`,
      { cause },
    );
    this.name = 'UnusableFolder';
  }
}

/** Works in a folder that a setting names. Throws UnusableFolder if the file system refuses it. */
export function inFolderOf<Result>(setting: 'DATA_DIR' | 'LOG_DIR', path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (OF_FILES.has((error as NodeJS.ErrnoException).code ?? ''))
      throw new UnusableFolder(setting, path, error as Error);
    throw error;
  }
}
