import { Injectable } from '@nestjs/common';
import type { ContextName } from '#platform/config';
import type { LowMark } from './low-mark';

/** What the leading relay of one context knows. */
export interface RelayStatus {
  /** Undefined until this process has led the relay. */
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
