import { isIPv6 } from 'node:net';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Values that are not personal: ids, numbers with fewer digits than a telephone number, dates, flags. */
const HARMLESS = [UUID, /^-?\d{1,7}$/, /^\d{4}-\d\d-\d\d(?:T[\d:.]+Z?)?$/, /^(?:true|false)$/];
const isHarmless = (text: string): boolean => HARMLESS.some((shape) => shape.test(text));

const LOGGED_PARAMETERS =
  /^(?:limit|cursor|sort|q|category|brand|featured|minPrice|maxPrice|status|customer|from|to|after|before|type|state|version|minVersion|at|by|sku|stuckFor|dryRun|format|orderId|goLive)$/;

const hidden = '[redacted]';

/**
 * The URL of a request without personal data, for the log. Parameters of the path and values of the query are shown
 * only if they are not personal. Unknown names in the query are not shown.
 */
export function loggedUrl(url: string, route: string | undefined): string {
  const [path, query] = [url.split('?', 1)[0], url.includes('?') ? url.slice(url.indexOf('?') + 1) : undefined];
  const shown = route === undefined ? '[no such route]' : loggedPath(path, route);
  return query === undefined ? shown : `${shown}?${query.split('&').map(loggedPair).join('&')}`;
}

function loggedPath(path: string, route: string): string {
  const given = path.split('/');
  return route
    .split('/')
    .map((word, at) => (word.startsWith(':') && isHarmless(given[at] ?? '') ? given[at] : word))
    .join('/');
}

function loggedPair(pair: string): string {
  const [name, ...rest] = pair.split('=');
  const value = rest.join('=');
  return `${LOGGED_PARAMETERS.test(name) ? name : hidden}=${isHarmless(value) ? value : hidden}`;
}

/** The network of an IP address. The log must not contain the full address of a caller. */
export function loggedNetworkOf(ip: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/i.exec(ip)?.[1];
  if (v4) return `${v4}.0/24`;
  if (!isIPv6(ip)) return hidden;
  const [head] = ip.split('%')[0].split('::');
  const groups = head.split(':').filter(Boolean).slice(0, 3);
  return `${groups.join(':')}::/48`;
}

const BROWSERS = [['Edg', 'Edge'], ['OPR', 'Opera'], ['Firefox', 'Firefox'], ['Chrome', 'Chrome'], ['Safari', 'Safari'], ['curl', 'curl'], ['node', 'node'], ['okhttp', 'okhttp'], ['bot', 'bot']] as const; // prettier-ignore

/** The kind of the client program. The full User-Agent header is not logged, because it can contain any text. */
export function browserOf(userAgent: string | undefined): string | undefined {
  if (userAgent === undefined) return undefined;
  return BROWSERS.find(([part]) => userAgent.includes(part))?.[1] ?? 'other';
}
