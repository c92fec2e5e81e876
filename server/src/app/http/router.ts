import { API_PREFIX } from '@chard/core/protocol/api';
import { badRequest, HttpFailure } from './failures';
import type { Route } from './route';

/** A request's route, with what its address holds, decoded and not checked yet. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | string[]>>;
}

/** Finds the route of a request by its method and address. */
export class Router {
  private readonly patterns: readonly { route: Route; segments: readonly string[] }[];

  constructor(routes: readonly Route[]) {
    this.patterns = routes.map(route => ({ route, segments: split(API_PREFIX + route.path) }));
  }

  /** @throws HttpFailure `not-found`, `method-not-allowed`, `bad-request`. */
  match(method: string, address: string): Match {
    const [path = '', search = ''] = address.split(/\?(.*)/s, 2);
    const segments = split(path).map(decode);
    const there = this.patterns.flatMap(({ route, segments: pattern }) => {
      const params = bind(pattern, segments);
      return params === null ? [] : [{ route, params }];
    });
    if (there.length === 0) throw notFound(path);
    const found = there.find(({ route }) => route.method === method);
    if (found === undefined) {
      const methods = there.map(({ route }) => route.method).join(', ');
      const message = `${path} takes ${methods}, not ${method}.`;
      throw new HttpFailure(405, { error: { code: 'method-not-allowed', message } });
    }
    return { ...found, query: readQuery(search) };
  }
}

/** By the text alone: an address is never normalised, so `..` is a segment that no pattern has. */
function split(path: string): string[] {
  return path.split('/');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`The address holds a malformed escape: ${segment}`);
  }
}

function bind(
  pattern: readonly string[],
  segments: readonly string[]
): Record<string, string> | null {
  if (pattern.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] as string;
    if (part.startsWith(':')) params[part.slice(1)] = segment;
    else if (part !== segment) return null;
  }
  return params;
}

function readQuery(search: string): Record<string, string | string[]> {
  const values = new URLSearchParams(search);
  return Object.fromEntries(
    [...new Set(values.keys())].map(name => {
      const all = values.getAll(name);
      return [name, all.length === 1 ? (all[0] as string) : all];
    })
  );
}

function notFound(path: string): HttpFailure {
  const message = `There is no ${path}. Extension and server may be of different versions: reload the page.`;
  return new HttpFailure(404, { error: { code: 'not-found', message } });
}
