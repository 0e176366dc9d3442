import { Leadership } from './leadership';
import type { PgLeadership } from './pg-leadership';

/** Only the operator's command line provides this token. Its process only reads data, or helps with a rebuild. */
export const WITHOUT_JOBS = Symbol('without jobs');

const noLead = () => Promise.resolve();

/**
 * Leads projections only, so that a rebuild continues while the shop does not run. This process handles and relays no
 * messages.
 */
export class LeadsProjectionsOnly extends Leadership {
  readonly instance = 0;
  readonly hasPeers = true;

  constructor(private readonly inner: PgLeadership) {
    super();
  }

  start(): Promise<void> {
    return this.inner.start();
  }

  stop(): Promise<void> {
    return this.inner.stop();
  }

  lead(name: string, work: (lost: AbortSignal) => Promise<void>): () => Promise<void> {
    return / projection /.test(name) ? this.inner.lead(name, work) : noLead;
  }

  leads(name: string): boolean {
    return this.inner.leads(name);
  }

  living(): Promise<readonly number[]> {
    return this.inner.living();
  }

  notify(notification: string): void {
    this.inner.notify(notification);
  }

  onNotification(listener: (notification: string) => void): void {
    this.inner.onNotification(listener);
  }

  onReopened(listener: () => void): void {
    this.inner.onReopened(listener);
  }
}
