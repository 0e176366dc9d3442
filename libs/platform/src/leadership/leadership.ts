/** Who leads, who is alive, and word between processes: all on one connection to the main database. */
export abstract class Leadership {
  /**
   * Runs the work wherever this process leads under that name, one process at a time. `lost` is aborted when the lead
   * is gone; the work must end then, and its writes must be fenced all the same, for a stopped process hears nothing.
   * Work that ends or throws gives the lead back, and is started again a second later. Returns how to stand down.
   */
  abstract lead(name: string, work: (lost: AbortSignal) => Promise<void>): () => Promise<void>;

  abstract leads(name: string): boolean;

  /** This instance's number, held by a lock that dies with it; 0 while there is no connection. */
  abstract readonly instance: number;

  /** The numbers of all instances that are alive, this one's included. */
  abstract living(): Promise<readonly number[]>;

  /** True when another instance was alive a second ago. */
  abstract readonly hasPeers: boolean;

  /** Calls all processes, this one included; many words of one moment travel in one NOTIFY each. Words may get lost. */
  abstract notify(word: string): void;

  abstract onWord(listener: (word: string) => void): void;
}
