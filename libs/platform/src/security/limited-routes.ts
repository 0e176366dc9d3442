import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { accessOf } from './access';
import { STRICT_LIMIT, type StrictLimit } from './limits';

/** The metadata key under which Swagger stores the field names of a class. */
const FIELDS = 'swagger/apiModelPropertiesArray';

type Handler = (...values: never[]) => unknown;

export interface LimitedRoute {
  readonly controller: new (...values: never[]) => unknown;
  readonly name: string;
  readonly handler: Handler;
  readonly by: StrictLimit;
}

/**
 * Finds and checks the routes with a strict limit. With the limit `login` or `password`, attempts are counted for an
 * account, so each request must name an account.
 */
@Injectable()
export class LimitedRoutes implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    for (const route of this.all()) {
      const fault = faultOfRoute(route);
      if (fault) throw new Error(`${route.controller.name}.${route.name} is limited by ${route.by}, and ${fault}`);
    }
  }

  all(): readonly LimitedRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      const controller = metatype as LimitedRoute['controller'] | null;
      const prototype = controller?.prototype as Record<string, Handler> | undefined;
      if (!controller || !prototype) return [];
      return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
        const by = Reflect.getMetadata(STRICT_LIMIT, prototype[name]) as StrictLimit | undefined;
        return by ? [{ controller, name, handler: prototype[name], by }] : [];
      });
    });
  }
}

export function faultOfRoute({ controller, name, handler, by }: LimitedRoute): string | undefined {
  if (by === 'password') {
    const access = accessOf({ getHandler: () => handler, getClass: () => controller as never });
    return access?.to === 'user' || access?.to === 'permission' ? undefined : 'accepts callers who are not signed in';
  }
  if (by === 'register') return undefined; // counted by address, so no account is needed
  const parameterTypes = (Reflect.getMetadata('design:paramtypes', controller.prototype as object, name) ??
    []) as unknown[];
  const takesEmail = parameterTypes.some((type) => {
    const prototype = (type as { prototype?: object } | undefined)?.prototype;
    const fields = prototype && (Reflect.getMetadata(FIELDS, prototype) as readonly string[] | undefined);
    return fields?.includes(':email') === true;
  });
  return takesEmail ? undefined : 'takes no e-mail address in its body';
}
