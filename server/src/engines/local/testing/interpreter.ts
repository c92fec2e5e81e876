import type { EngineInterpreter } from '../../engine';

/** The Python that the specs use: the one that set up this checkout. */
export const PYTHON = process.env['CHARD_TEST_PYTHON'] ?? 'python3';

export function interpreter(environment: Record<string, string> = {}): EngineInterpreter {
  return {
    executable: PYTHON,
    version: '3',
    fingerprint: 'environment-1',
    environment: { ...process.env, ...environment },
    record: { executable: PYTHON }
  };
}
