import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A sample's name and its text, to the byte. */
export interface Stored {
  readonly name: string;
  readonly text: string;
}

/** `npm run samples` adds what is missing. No sample is ever changed by it. */
export const addsSamples = process.env.UPDATE_SAMPLES === '1';

const ORDERS = join(__dirname, 'orders.json');
const MESSAGES = join(__dirname, 'messages');

/** One sample a line: `"event OrderPlaced.v1": {…},`. */
const lines = (): Stored[] =>
  [...readFileSync(ORDERS, 'utf8').matchAll(/^"([^"]+)": (.+?),?$/gm)].map(([, name, text]) => ({ name, text }));

/** Of `event`s: `<Type>.v<n>`. Of `fold`s: `order.v<n>`, one value for each life. */
export const storedOf = (kind: 'event' | 'fold'): Stored[] =>
  lines().flatMap(({ name, text }) =>
    name.startsWith(`${kind} `) ? [{ name: name.slice(kind.length + 1), text }] : [],
  );

/** Adds a sample, or writes a fold that goes on after the one that is stored. */
export function store(kind: 'event' | 'fold', name: string, text: string): void {
  const others = lines().filter((one) => one.name !== `${kind} ${name}`);
  const all = [...others, { name: `${kind} ${name}`, text }].sort((a, b) => (a.name < b.name ? -1 : 1));
  writeFileSync(ORDERS, `{\n${all.map((one) => `"${one.name}": ${one.text}`).join(',\n')}\n}\n`);
}

/** `<type>`, a file each. */
export const storedMessages = (): Stored[] =>
  readdirSync(MESSAGES).map((file) => ({
    name: file.slice(0, -'.json'.length),
    text: readFileSync(join(MESSAGES, file), 'utf8').trimEnd(),
  }));

export const storeMessage = (name: string, text: string): void =>
  writeFileSync(join(MESSAGES, `${name}.json`), `${text}\n`);
