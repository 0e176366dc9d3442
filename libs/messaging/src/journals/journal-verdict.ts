export interface BadLine {
  /** Null if the finding is not about a single line. */
  readonly line: string | null;
  /** The order or the saga that the line names. */
  readonly about: string | null;
  readonly message: string;
}

export interface JournalVerdict {
  readonly journal: string;
  readonly ok: boolean;
  /** The number of checked lines. */
  readonly lines: number;
  /** The lines that are older than the MACs, which nothing proves, and when the last of them was written. */
  readonly before: { readonly lines: number; readonly through: string | null; readonly signed: boolean };
  readonly found: number;
  /** The first hundred. */
  readonly findings: readonly BadLine[];
}
