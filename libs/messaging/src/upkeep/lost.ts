import type { ContextName } from '#platform/config';
import type { Branches } from '../outbox/branches';
import { readReceivedFrom, filterUnknown, type Told } from './lost.store';
import type { Since } from './redelivery.store';

/**
 * Finds messages that a restored context has sent, but that are not in its outbox any more. They show what was lost
 * since the backup, such as new accounts, SKUs, or stock counts that staff changed. A lost change that sent no message
 * to another context, such as a price, is not found.
 */
export async function forgottenBy(branches: Branches, context: ContextName, since: Since): Promise<Told[]> {
  const sender = branches.get(context).db;
  const found = new Map<string, Told>();
  for (const { context: receiver, db } of branches.all)
    if (receiver !== context) for (const told of await readReceivedFrom(db, context, since)) found.set(told.id, told);
  const lost = await filterUnknown(sender, [...found.values()]);
  return lost.sort((one, other) => one.at.getTime() - other.at.getTime());
}
