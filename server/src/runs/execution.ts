import type { ExecutionContext, InterpreterProcess } from '../engines/engine';
import type { Host } from '../host';
import { describeEnvironment, environmentFingerprint } from '../python/environment';
import { findInterpreter, type Interpreter } from '../python/interpreter';
import { runnerEnvironment } from '../python/runnerModule';

/** How a kernel's interpreter is started, which is known at once. @throws ChardError as `findInterpreter` */
export function interpreterProcess(
  kernel: string | null,
  { python, environment }: Host
): InterpreterProcess {
  return processOf(findInterpreter(kernel, python, environment), environment);
}

/** The interpreter of a kernel, with what a run's record says of it. */
export async function executionContext(
  kernel: string | null,
  { python, environment, memory }: Host
): Promise<ExecutionContext> {
  const interpreter = findInterpreter(kernel, python, environment);
  const record = await describeEnvironment(interpreter, memory);
  return {
    interpreter: {
      ...processOf(interpreter, environment),
      version: record.version,
      fingerprint: environmentFingerprint(record),
      record
    }
  };
}

function processOf(interpreter: Interpreter, environment: NodeJS.ProcessEnv): InterpreterProcess {
  return {
    executable: interpreter.executable,
    environment: runnerEnvironment(interpreter, environment)
  };
}
