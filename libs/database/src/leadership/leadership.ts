/**
 * Decides which process leads a job, knows which processes are alive, and sends notifications between them. All of this
 * uses one connection to the main database.
 */
export abstract class Leadership {
  /**
   * Runs the work while this process leads under that name. Only one process leads at a time. `lost` is aborted when
   * the lead is lost, and then the work must end. Its writes must still be fenced, because a paused process cannot
   * notice that it lost the lead. When the work ends or throws, the lead is released, and a process takes it again
   * about a second later. Returns a function that releases the lead.
   */
  abstract lead(name: string, work: (lost: AbortSignal) => Promise<void>): () => Promise<void>;

  abstract leads(name: string): boolean;

  /**
   * This instance's number. An advisory lock holds it until the process ends. It is 0 while there is no connection.
   * After a lost connection the instance gets the same number if its lock is free, so that its claims stay valid.
   */
  abstract readonly instance: number;

  /** The numbers of all living instances, including this one. */
  abstract living(): Promise<readonly number[]>;

  /** True if another instance was alive at the last check, about a second ago. */
  abstract readonly hasPeers: boolean;

  /** Notifies all processes, including this one. Notifications of one moment are sent together. They may get lost. */
  abstract notify(notification: string): void;

  abstract onNotification(listener: (notification: string) => void): void;

  /** Calls the listener when a lost connection is open again. Notifications may be lost, so it must poll then. */
  abstract onReopened(listener: () => void): void;
}
