import type { Match, Node, Pattern } from './ast';

type Report = (message: string, node: Node) => void;

/** What CPython's compiler refuses in the patterns of a `match` (PEP 634). */
export function checkMatch(node: Match, report: Report): void {
  node.cases.forEach((clause, index) => {
    const isLast = index === node.cases.length - 1;
    if (!isLast && clause.guard === null) checkReachable(clause.pattern, report);
    namesOf(clause.pattern, report);
  });
}

/** A pattern that matches everything must be the last one. */
function checkReachable(pattern: Pattern, report: Report): void {
  const name = irrefutable(pattern);
  if (name === undefined) return;
  const what = name === null ? 'wildcard' : `name capture '${name}'`;
  report(`${what} makes remaining patterns unreachable`, pattern);
}

/** The name that a pattern captures whatever comes (null: none); undefined for any other pattern. */
function irrefutable(pattern: Pattern): string | null | undefined {
  if (pattern.kind === 'MatchAs') {
    if (pattern.pattern === null) return pattern.name;
    return irrefutable(pattern.pattern) === undefined ? undefined : pattern.name;
  }
  if (pattern.kind !== 'MatchOr') return undefined;
  const last = pattern.patterns.at(-1);
  return last && irrefutable(last);
}

/** The names that a pattern binds. */
function namesOf(pattern: Pattern, report: Report): Set<string> {
  const names = new Set<string>();
  const add = (name: string | null): void => {
    if (name === null) return;
    if (names.has(name)) report(`multiple assignments to name '${name}' in pattern`, pattern);
    names.add(name);
  };
  const addAll = (patterns: readonly Pattern[]): void => {
    for (const inner of patterns) namesOf(inner, report).forEach(add);
  };
  switch (pattern.kind) {
    case 'MatchSequence':
      if (pattern.patterns.filter(inner => inner.kind === 'MatchStar').length > 1) {
        report('multiple starred names in sequence pattern', pattern);
      }
      addAll(pattern.patterns);
      break;
    case 'MatchMapping':
      addAll(pattern.patterns);
      add(pattern.rest);
      break;
    case 'MatchClass':
      for (const [index, name] of pattern.kwdAttrs.entries()) {
        if (pattern.kwdAttrs.indexOf(name) !== index) {
          report(`attribute name repeated in class pattern: ${name}`, pattern);
        }
      }
      addAll([...pattern.patterns, ...pattern.kwdPatterns]);
      break;
    case 'MatchStar':
      add(pattern.name);
      break;
    case 'MatchAs':
      if (pattern.pattern !== null) addAll([pattern.pattern]);
      add(pattern.name);
      break;
    case 'MatchOr':
      return namesOfAlternatives(pattern.patterns, report);
  }
  return names;
}

function namesOfAlternatives(patterns: readonly Pattern[], report: Report): Set<string> {
  const [first = new Set<string>(), ...others] = patterns.map(inner => namesOf(inner, report));
  for (const inner of patterns.slice(0, -1)) checkReachable(inner, report);
  others.forEach((names, index) => {
    const same = names.size === first.size && [...names].every(name => first.has(name));
    if (!same) report('alternative patterns bind different names', patterns[index + 1]!);
  });
  return first;
}
