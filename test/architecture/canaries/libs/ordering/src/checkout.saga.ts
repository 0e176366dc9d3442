// breaks: no-restricted-syntax dies with its first error
const Saga = (): PropertyDecorator => () => undefined;
export class Fragile {
  @Saga()
  flow = 1;
}
