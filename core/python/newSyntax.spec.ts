import { SYNTAX_PROBES } from '../testing/python/newSyntax';
import { parsePython } from './syntax';
import { analyseScopes } from './scopes';

describe('syntax of Python 3.8 to 3.14', () => {
  test.each(SYNTAX_PROBES.map(probe => [`${probe.proposal} (${probe.since})`, probe] as const))(
    '%s',
    (_title, { source, names }) => {
      const { body, errors } = parsePython(source);
      const scopes = analyseScopes(body);
      expect([...errors, ...scopes.errors]).toEqual([]);
      expect([...scopes.module.symbols.keys()].sort()).toEqual([...names].sort());
    }
  );
});
