/** The status of an order's saga, for staff. */
export interface SagaStatus {
  readonly status: 'running' | 'needs-attention' | 'over';
  readonly step: string;
  readonly waitingFor: string | null;
  readonly asked: number;
  /** Why staff must look at the saga. Null if the saga does not need attention. */
  readonly attention: string | null;
}
