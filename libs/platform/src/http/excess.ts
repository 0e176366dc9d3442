import { jsonExcess, type Fault } from '#kernel';
import { complain, fieldsOf, type BodyClass, type Complaint, type Inside } from './field';

type Given = Readonly<Record<string, unknown>>;

/** The limits of a structure in a field for one value. No client exceeds them by mistake. */
const BULK = { depth: 32, values: 100 };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Goes through the input once, by the fields of its class: names, then lengths of lists, then their contents. */
class FaultSearch {
  readonly told: Fault[] = [];
  unknown = 0;
  overfull = false;
  private found = 0;

  constructor(private readonly most: number) {}

  get further(): number {
    return this.found - this.told.length;
  }

  at(type: BodyClass, given: Given, path: string): void {
    const fields = fieldsOf(type);
    for (const name of Object.keys(given)) {
      const field = fields.get(name);
      const value = given[name];
      if (!field) {
        this.unknown += 1;
        this.note(path + name, { code: 'unknown' });
      } else if (isObject(value) && field.inside?.any !== true) {
        if (isTooLong(value, field.inside)) {
          this.overfull = true;
          this.note(path + name, field.check(value) ?? { code: 'list.long', params: { max: field.inside?.most ?? 0 } });
        } else this.inside(value, field.inside, `${path}${name}.`);
      }
    }
  }

  private inside(value: object, { type }: Inside = {}, path: string): void {
    if (!type) return;
    if (!Array.isArray(value)) return this.at(type(), value as Given, path);
    for (const [at, entry] of value.entries())
      if (!Array.isArray(entry)) {
        if (isObject(entry)) this.at(type(), entry as Given, `${path}${at}.`);
      } else if (jsonExcess(entry, BULK) === 'many') {
        this.overfull = true;
        this.note(path + at, { code: 'object' });
      }
  }

  private note(field: string, complaint: Complaint): void {
    this.found += 1;
    if (this.told.length < this.most) this.told.push({ field, message: complain(complaint) });
  }
}

/** A list with too many entries, or a large structure in a field for one value. */
function isTooLong(value: object, { type, most }: Inside = {}): boolean {
  if (Array.isArray(value) && most !== undefined) return value.length > most;
  return (type === undefined || Array.isArray(value)) && jsonExcess(value, BULK) === 'many';
}

/**
 * The faults of an input that has far more than its class allows: a list that is too long, more unknown names than are
 * reported, or a large structure instead of one value. Undefined for any other input, which is then checked field by
 * field. Without this, class objects would be built first, which costs a hundred times as much.
 */
export function overfullFaults(type: BodyClass, given: Given, most: number) {
  const search = new FaultSearch(most);
  search.at(type, given, '');
  return search.overfull || search.unknown > most ? { told: search.told, further: search.further } : undefined;
}
