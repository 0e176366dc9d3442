import type { demoModifiers } from './demo-modifiers';
import type { demoSizes } from './demo-sizes';

export interface DemoProduct {
  readonly name: string;
  readonly nameEn: string;
  readonly category: string;
  readonly brand: string;
  readonly price: number;
  readonly sizes: keyof typeof demoSizes;
  readonly modifiers: keyof typeof demoModifiers;
  readonly featured?: boolean;
  readonly text: string;
  readonly textEn: string;
}
