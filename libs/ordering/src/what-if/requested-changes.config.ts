import type { Fault } from '#kernel';
import { InvalidInput, textOf, type Locale } from '#platform/http';
import { z } from 'zod';
import { orderFacts, type OrderEvent } from '../model/order';
import { orderEvents } from '../model/order-events.config';
import type { StreamChanges } from './what-if';

/**
 * The changes as the client sent them. Without `schemaVersion`, the data of a changed event has the schema version of
 * the stored event, and the data of an added event has the current schema version.
 */
export interface RequestedChanges {
  readonly leaveOut?: readonly number[];
  readonly change?: readonly { readonly version: number; readonly data: object; readonly schemaVersion?: number }[];
  readonly add?: readonly {
    readonly after: number;
    readonly type: OrderEvent['type'];
    readonly data: object;
    readonly schemaVersion?: number;
  }[];
}

interface Stored {
  readonly version: number;
  readonly type: string;
  readonly schemaVersion: number;
}

const locales = { vi: z.locales.vi().localeError, en: z.locales.en().localeError };

/**
 * Reads the requested changes of a stream. Data is upcast and then checked against the schema of its event. Throws
 * InvalidInput.
 */
export function parseChanges(stream: readonly Stored[], requested: RequestedChanges, locale: Locale): StreamChanges {
  const { leaveOut = [], change = [], add = [] } = requested;
  const faults: Fault[] = [];
  const addFault = (field: string, code: string) => faults.push({ field, message: textOf(code, locale) });
  const named = new Set<number>();
  const nameOnce = (field: string, version: number) => {
    if (version < 1 || version > stream.length) addFault(field, 'whatIf.version');
    else if (named.has(version)) addFault(field, 'whatIf.twice');
    named.add(version);
  };
  const parseEvent = (field: string, type: string, schemaVersion: number, data: object): OrderEvent => {
    const { faults: found, data: read } = parseAsCurrent(type as OrderEvent['type'], schemaVersion, data, locale);
    faults.push(...found.map((fault) => ({ ...fault, field: [field, fault.field].filter(Boolean).join('.') })));
    return { type, data: read } as OrderEvent;
  };
  if (leaveOut.length + change.length + add.length === 0) addFault('leaveOut', 'whatIf.nothing');
  leaveOut.forEach((version, index) => nameOnce(`leaveOut.${index}`, version));
  const changed = change.flatMap(({ version, data, schemaVersion }, index) => {
    nameOnce(`change.${index}.version`, version);
    const storedEvent = stream.find((one) => one.version === version);
    if (!storedEvent) return [];
    return [
      {
        version,
        event: parseEvent(`change.${index}.data`, storedEvent.type, schemaVersion ?? storedEvent.schemaVersion, data),
      },
    ];
  });
  const added = add.map(({ after, type, data, schemaVersion }, index) => {
    if (after < 0 || after > stream.length) addFault(`add.${index}.after`, 'whatIf.version');
    return { after, event: parseEvent(`add.${index}.data`, type, schemaVersion ?? orderEvents.current(type), data) };
  });
  if (faults.length > 0) throw new InvalidInput(faults);
  return { leaveOut, change: changed, add: added };
}

interface Current {
  readonly data: object;
  readonly faults: readonly Fault[];
}

function parseAsCurrent(type: OrderEvent['type'], schemaVersion: number, data: object, locale: Locale): Current {
  let upcast: object;
  try {
    upcast = orderEvents.upcast(type, schemaVersion, data).data;
  } catch (error) {
    return { data, faults: [{ field: '', message: (error as Error).message }] };
  }
  const parsed = orderFacts[type].safeParse(upcast, { error: locales[locale] });
  if (parsed.success) return { data: parsed.data, faults: [] };
  return { data, faults: parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })) };
}
