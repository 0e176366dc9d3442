/**
 * Decides which process leads a job, knows which processes are alive, and sends notifications between them. All of this
 * uses one connection to the main database.
 */
export abstract class Leadership {
  /**
   * Runs the work while this process has the lead `name`. Only one process at a time has this lead. `lost` is aborted
   * when the lead is lost, and then the work must end. The writes of the work must still be fenced, because a paused
   * process cannot notice that it has lost the lead. When the work ends or throws, the lead is released. About a second
   * later, a process takes the lead again. Returns a function that releases the lead.
   */
  abstract lead(name: string, work: (lost: AbortSignal) => Promise<void>): () => Promise<void>;

  abstract leads(name: string): boolean;

  /**
   * The number of this instance. The process holds an advisory lock on the number. The number is 0 while there is no
   * connection. After a lost connection the instance gets the same number if the lock is free, so that its claims stay
   * valid.
   */
  abstract readonly instance: number;

  /** The numbers of all living instances, including this one. */
  abstract living(): Promise<readonly number[]>;

  /** True if another instance was alive at the last check, about a second ago. */
  abstract readonly hasPeers: boolean;

  /**
   * Notifies all processes, including this one. Notifications of the same moment are sent together. A notification can
   * get lost.
   */
  abstract notify(notification: string): void;

  abstract onNotification(listener: (notification: string) => void): void;

  /**
   * Calls the listener when a lost connection is open again. Perhaps notifications were lost, so the listener must
   * poll.
   */
  abstract onReopened(listener: () => void): void;
}
