import { jsonExcess, type Fault } from '#kernel';
import { describeComplaint, fieldsOf, type BodyClass, type Complaint, type Contents } from './field';

type Given = Readonly<Record<string, unknown>>;

/** Limits for a structure in a field that expects one value. No client exceeds these limits by mistake. */
const STRUCTURE_LIMITS = { depth: 32, values: 100 };

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Compares an input with the fields of its class: the names, the lengths of lists, and the contents. */
class OversizeCheck {
  readonly faults: Fault[] = [];
  unknownNames = 0;
  isOversized = false;
  private faultCount = 0;

  constructor(private readonly mostFaults: number) {}

  /** The number of faults that are not in `faults`. */
  get further(): number {
    return this.faultCount - this.faults.length;
  }

  searchObject(type: BodyClass, given: Given, path: string): void {
    const fields = fieldsOf(type);
    for (const name of Object.keys(given)) {
      const field = fields.get(name);
      const value = given[name];
      if (!field) {
        this.unknownNames += 1;
        this.addFault(path + name, { code: 'unknown' });
      } else if (isObject(value) && field.inside?.any !== true) {
        if (isTooLarge(value, field.inside)) {
          this.isOversized = true;
          this.addFault(
            path + name,
            field.check(value) ?? { code: 'list.long', params: { max: field.inside?.most ?? 0 } },
          );
        } else this.searchContents(value, field.inside, `${path}${name}.`);
      }
    }
  }

  private searchContents(value: object, { type }: Contents = {}, path: string): void {
    if (!type) return;
    if (!Array.isArray(value)) return this.searchObject(type(), value as Given, path);
    for (const [at, entry] of value.entries())
      if (!Array.isArray(entry)) {
        if (isObject(entry)) this.searchObject(type(), entry as Given, `${path}${at}.`);
      } else if (jsonExcess(entry, STRUCTURE_LIMITS) === 'many') {
        this.isOversized = true;
        this.addFault(path + at, { code: 'object' });
      }
  }

  private addFault(field: string, complaint: Complaint): void {
    this.faultCount += 1;
    if (this.faults.length < this.mostFaults) this.faults.push({ field, message: describeComplaint(complaint) });
  }
}

/** Whether a value is a list with too many entries, or a large structure in a field that expects something else. */
function isTooLarge(value: object, { type, most }: Contents = {}): boolean {
  if (Array.isArray(value) && most !== undefined) return value.length > most;
  return (type === undefined || Array.isArray(value)) && jsonExcess(value, STRUCTURE_LIMITS) === 'many';
}

/**
 * Returns the faults of an input that is much larger than its class allows: a list is too long, there are more unknown
 * names than are reported, or there is a large structure instead of one value. Returns undefined for any other input.
 * The fields are then checked by class-validator, which needs class objects. Building these objects costs a hundred
 * times as much as this check, so this check comes first.
 */
export function faultsOfOversizedInput(type: BodyClass, given: Given, mostFaults: number) {
  const search = new OversizeCheck(mostFaults);
  search.searchObject(type, given, '');
  return search.isOversized || search.unknownNames > mostFaults
    ? { faults: search.faults, further: search.further }
    : undefined;
}
