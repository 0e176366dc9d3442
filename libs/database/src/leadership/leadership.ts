/**
 * Which process leads a job, which processes are alive, and notifications between them: all on one connection to the
 * main database.
 */
export abstract class Leadership {
  /**
   * Runs the work while this process leads under that name, one process at a time. `lost` is aborted when the lead
   * is lost, and then the work must end. Its writes must still be fenced, because a process that was stopped notices
   * nothing. Work that ends or throws gives the lead back, and starts again a second later. Returns a function that
   * gives the lead up.
   */
  abstract lead(name: string, work: (lost: AbortSignal) => Promise<void>): () => Promise<void>;

  abstract leads(name: string): boolean;

  /**
   * This instance's number, held by a lock that ends with the process; 0 while there is no connection. After a lost
   * connection it is the same number again if its lock can be had, so that running work stays claimed.
   */
  abstract readonly instance: number;

  /** The numbers of all living instances, this one's included. */
  abstract living(): Promise<readonly number[]>;

  /** True if another instance was alive a second ago. */
  abstract readonly hasPeers: boolean;

  /** Notifies all processes, this one included. Notifications of one moment travel together. They may get lost. */
  abstract notify(word: string): void;

  abstract onWord(listener: (word: string) => void): void;

  /** The connection is back after notifications were lost, so every listener has to look for itself. */
  abstract onReopened(listener: () => void): void;
}
