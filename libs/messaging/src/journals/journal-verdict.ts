export interface BadLine {
  /** Null if the finding is not about a single line. */
  readonly line: string | null;
  /** The id of the order or saga that the line is about. */
  readonly about: string | null;
  readonly message: string;
}

export interface JournalVerdict {
  readonly journal: string;
  readonly ok: boolean;
  /** The number of checked lines. */
  readonly lines: number;
  /** The lines from before the MACs. Nothing proves their content. `through`: the time of the last line (ISO 8601). */
  readonly before: { readonly lines: number; readonly through: string | null; readonly signed: boolean };
  /** The number of all findings. */
  readonly found: number;
  /** The first hundred findings. */
  readonly findings: readonly BadLine[];
}
