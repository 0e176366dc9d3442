import { Injectable } from '@nestjs/common';
import type { ContextName } from '#platform/config';
import type { Branch } from './branch';

/** The messaging of each context in this process. */
@Injectable()
export class Branches {
  private readonly byContext = new Map<ContextName, Branch>();

  add(branch: Branch): void {
    this.byContext.set(branch.context, branch);
  }

  get all(): readonly Branch[] {
    return [...this.byContext.values()];
  }

  find(context: ContextName): Branch | undefined {
    return this.byContext.get(context);
  }

  get(context: ContextName): Branch {
    const branch = this.find(context);
    if (!branch) throw new Error(`the messaging of ${context} does not run in this process`);
    return branch;
  }
}
