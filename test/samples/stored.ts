import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A sample: its name, and its text exactly as it is stored. */
export interface Sample {
  readonly name: string;
  readonly text: string;
}

/** True in `npm run samples`, which adds missing samples. It never changes an existing sample. */
export const addsSamples = process.env.UPDATE_SAMPLES === '1';

const ORDERS = join(__dirname, 'orders.json');
const MESSAGES = join(__dirname, 'messages');

/** The file has one sample in each line: `"event OrderPlaced.v1": {…},`. */
const readSamples = (): Sample[] =>
  [...readFileSync(ORDERS, 'utf8').matchAll(/^"([^"]+)": (.+?),?$/gm)].map(([, name, text]) => ({ name, text }));

/** The samples of a kind. Names of events: `<Type>.v<n>`. Names of folds: `order.v<n>`, with one value for each order. */
export const samplesOf = (kind: 'event' | 'fold'): Sample[] =>
  readSamples().flatMap(({ name, text }) =>
    name.startsWith(`${kind} `) ? [{ name: name.slice(kind.length + 1), text }] : [],
  );

/** Adds a sample. A fold replaces the stored fold with the same name, if it only adds values at the end. */
export function storeSample(kind: 'event' | 'fold', name: string, text: string): void {
  const others = readSamples().filter((one) => one.name !== `${kind} ${name}`);
  const all = [...others, { name: `${kind} ${name}`, text }].sort((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(ORDERS, `{\n${all.map((one) => `"${one.name}": ${one.text}`).join(',\n')}\n}\n`);
}

/** The samples of messages. Each is a file with the message's type as its name. */
export const messageSamples = (): Sample[] =>
  readdirSync(MESSAGES).map((file) => ({
    name: file.slice(0, -'.json'.length),
    text: readFileSync(join(MESSAGES, file), 'utf8').trimEnd(),
  }));

export const storeMessage = (name: string, text: string): void =>
  writeFileSync(join(MESSAGES, `${name}.json`), `${text}\n`);
