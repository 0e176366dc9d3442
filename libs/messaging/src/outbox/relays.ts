import { Injectable } from '@nestjs/common';
import type { ContextName } from '#platform/config';
import type { LowMark } from './low-mark';

/** The status of one context's relay, while this process leads it. */
export interface RelayStatus {
  /** Undefined until this process leads the relay for the first time. */
  mark?: LowMark;
  /** The receivers that did not accept their messages. */
  readonly away: Set<ContextName>;
}

@Injectable()
export class Relays {
  private readonly byContext = new Map<ContextName, RelayStatus>();

  of(context: ContextName): RelayStatus {
    const known = this.byContext.get(context) ?? { away: new Set<ContextName>() };
    this.byContext.set(context, known);
    return known;
  }
}
