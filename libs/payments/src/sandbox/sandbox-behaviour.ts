/** What the sandbox provider does with a charge, by its test token. Any other token is declined. */
export interface Behaviour {
  /** The state of the charge in the books after the call; null if the books do not have the charge. */
  readonly books: 'captured' | 'declined' | 'processing' | 'failed' | null;
  /**
   * What the caller gets: the result at once (`now`) or after the charge is settled (`when-settled`), only the answer
   * `accepted`, an error (`failure`), or no answer (`never`).
   */
  readonly answer: 'now' | 'when-settled' | 'accepted' | 'failure' | 'never';
  readonly settlesInMs: number;
  /** Whether the shop gets a webhook when the charge is settled. */
  readonly sendsWebhook: boolean;
}

const immediate = (books: 'captured' | 'declined'): Behaviour => ({
  books,
  answer: 'now',
  settlesInMs: 0,
  sendsWebhook: false,
});

/** `attempts`: the number of charge calls with this key, including this call. */
export function behaviourOf(token: string, attempts: number): Behaviour {
  switch (token) {
    case 'tok_ok':
      return immediate('captured');
    case 'tok_slow':
      return { books: 'processing', answer: 'when-settled', settlesInMs: 3_000, sendsWebhook: false };
    case 'tok_timeout_charged':
      return { books: 'captured', answer: 'never', settlesInMs: 0, sendsWebhook: false };
    case 'tok_timeout_not_charged':
      return { books: null, answer: 'never', settlesInMs: 0, sendsWebhook: false };
    case 'tok_late_webhook':
      return { books: 'processing', answer: 'accepted', settlesInMs: 2_000, sendsWebhook: true };
    case 'tok_flaky':
      return attempts <= 2
        ? { books: 'failed', answer: 'failure', settlesInMs: 0, sendsWebhook: false }
        : immediate('captured');
    default:
      return immediate('declined');
  }
}
