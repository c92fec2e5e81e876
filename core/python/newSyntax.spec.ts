import { SYNTAX_PROBES } from '../testing/python/newSyntax';
import { loadParser } from '../testing/python/parser';
import type { PythonParser } from './parser';
import { analyseScopes } from './scopes';

let parser: PythonParser;
beforeAll(async () => {
  parser = await loadParser();
});

describe('syntax of Python 3.8 to 3.14', () => {
  test.each(SYNTAX_PROBES.map(probe => [`${probe.proposal} (${probe.since})`, probe] as const))(
    '%s',
    (_title, { source, names }) => {
      const { body, errors } = parser.parse(source);
      const scopes = analyseScopes(body);
      expect([...errors, ...scopes.errors]).toEqual([]);
      expect([...scopes.module.symbols.keys()].sort()).toEqual([...names].sort());
    }
  );
});
