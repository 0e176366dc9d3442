/** How a process of an order stands, for those who look after it. */
export interface Stands {
  readonly status: 'running' | 'needs-attention' | 'over';
  readonly step: string;
  readonly waitingFor: string | null;
  readonly asked: number;
  /** Why somebody has to look. */
  readonly attention: string | null;
}
