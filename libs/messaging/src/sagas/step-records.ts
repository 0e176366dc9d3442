import type { Message } from '#kernel';
import type { Envelope } from '#messaging';

/**
 * Rows that a context stores about the messages that its sagas handle. The statement that writes a step writes them
 * too, so they need no handler of their own.
 */
export interface StepRecords {
  /** Becomes a part of the names of prepared statements. */
  readonly name: string;
  /**
   * The SQL of an insert. `rows` is a parameter with the rows as a JSON array. `taken` selects the ids of the messages
   * whose steps are written. Only rows of these messages may be inserted. A row can exist already.
   */
  readonly insert: (rows: string, taken: string) => string;
  /** The row for a message. Undefined if the message needs no row. */
  readonly rowOf: (envelope: Envelope, message: Message) => object | undefined;
}
