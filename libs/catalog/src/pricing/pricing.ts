import { plus, times, vnd, type Uuid } from '#kernel';
import type { KnownLine, PricedLine, PricedModifier, UnpricedLine, WantedLine } from '#contracts/catalog';

import type { ModifierGroup, ModifierOption } from '../model/product';

/** A variant with its current price and options. */
export interface Offer {
  readonly productId: Uuid;
  readonly variantId: Uuid;
  readonly sku: string;
  readonly name: string;
  readonly variantName: string;
  readonly imageUrl: string | null;
  readonly price: number;
  readonly available: number;
  /** False if the variant is not sold: it is retired, or its product is archived. */
  readonly sold?: boolean;
  readonly modifiers: readonly ModifierGroup[];
}

type Locale = 'vi' | 'en';
/** The quantity of each chosen option, by the option's id. */
type Chosen = ReadonlyMap<Uuid, number>;

const texts = {
  vi: {
    notSold: 'Món này hiện không bán.',
    unknownOption: 'Có tuỳ chọn không thuộc món này.',
    tooManyOfOption: (option: string, max: number) => `“${option}” chỉ được chọn tối đa ${max}.`,
    tooFewInGroup: (group: string, min: number) => `“${group}”: hãy chọn ít nhất ${min}.`,
    tooManyInGroup: (group: string, max: number) => `“${group}”: chỉ được chọn tối đa ${max}.`,
  },
  en: {
    notSold: 'This is not on sale at the moment.',
    unknownOption: 'An option does not belong to this product.',
    tooManyOfOption: (option: string, max: number) => `Choose “${option}” at most ${max} times.`,
    tooFewInGroup: (group: string, min: number) => `“${group}”: choose at least ${min}.`,
    tooManyInGroup: (group: string, max: number) => `“${group}”: choose at most ${max}.`,
  },
};

const localName = (thing: { name: string; nameEn: string | null }, locale: Locale): string =>
  locale === 'en' ? (thing.nameEn ?? thing.name) : thing.name;

function chosenQuantities(line: WantedLine): Chosen {
  const chosen = new Map<Uuid, number>();
  for (const { optionId, quantity } of line.modifiers) chosen.set(optionId, (chosen.get(optionId) ?? 0) + quantity);
  return chosen;
}

/** The options of a group: the chosen options, or the default options if none was chosen. */
function chosenOrDefault(group: ModifierGroup, chosen: Chosen): [ModifierOption, number][] {
  const wanted = group.options.flatMap((option): [ModifierOption, number][] => {
    const quantity = chosen.get(option.id) ?? 0;
    return quantity > 0 ? [[option, quantity]] : [];
  });
  if (wanted.length > 0) return wanted;
  return group.options.flatMap((option): [ModifierOption, number][] => {
    const quantity = Number(option.default);
    return quantity > 0 ? [[option, quantity]] : [];
  });
}

/** The current names of a line that cannot be sold. Options that no longer exist are left out. */
function knownLine(line: WantedLine, offer: Offer, locale: Locale): KnownLine {
  const { productId, sku, name, variantName, imageUrl, sold = true } = offer;
  const wanted = new Set(line.modifiers.map(({ optionId }) => optionId));
  const modifiers = offer.modifiers.flatMap((group) =>
    group.options
      .filter(({ id }) => wanted.has(id))
      .map((option) => ({ optionId: option.id, group: localName(group, locale), name: localName(option, locale) })),
  );
  return { productId, sku, name, variantName, imageUrl, available: sold ? offer.available : 0, modifiers };
}

/** The price of one line, or the reason why the line cannot be sold. */
export function priceLine(line: WantedLine, offer: Offer | undefined, locale: Locale): PricedLine | UnpricedLine {
  const text = texts[locale];
  const { variantId, quantity } = line;
  const known = offer && { known: knownLine(line, offer, locale) };
  const invalid = (message: string): UnpricedLine => ({ variantId, code: 'MODIFIERS_INVALID', message, ...known });
  if (!offer || offer.sold === false)
    return { variantId, code: 'VARIANT_UNAVAILABLE', message: text.notSold, ...known };

  const chosen = chosenQuantities(line);
  const options = new Set(offer.modifiers.flatMap((group) => group.options.map(({ id }) => id)));
  for (const [optionId, count] of chosen) if (count < 1 || !options.has(optionId)) return invalid(text.unknownOption);

  const modifiers: PricedModifier[] = [];
  let unitPrice = vnd(offer.price);
  for (const group of offer.modifiers) {
    let count = 0;
    for (const [option, pieces] of chosenOrDefault(group, chosen)) {
      if (pieces > option.max) return invalid(text.tooManyOfOption(localName(option, locale), option.max));
      count += pieces;
      const price = vnd(option.price);
      unitPrice = plus(unitPrice, times(price, pieces));
      modifiers.push({
        optionId: option.id,
        quantity: pieces,
        group: localName(group, locale),
        name: localName(option, locale),
        price,
      });
    }
    if (count < group.min) return invalid(text.tooFewInGroup(localName(group, locale), group.min));
    if (count > group.max) return invalid(text.tooManyInGroup(localName(group, locale), group.max));
  }
  return {
    productId: offer.productId,
    variantId,
    sku: offer.sku,
    name: offer.name,
    variantName: offer.variantName,
    imageUrl: offer.imageUrl,
    quantity,
    modifiers,
    unitPrice,
    lineTotal: times(unitPrice, quantity),
    available: offer.available,
  };
}
