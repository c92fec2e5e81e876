import { spawn } from 'node:child_process';
import { ChardError } from '../errors';
import { runnerFolder } from '../installation';
import type { Interpreter } from './interpreter';

/** The variables of a Python process that must find the runner and nothing of the person's by accident. */
export function runnerEnvironment(
  interpreter: Interpreter,
  environment: NodeJS.ProcessEnv = process.env
): NodeJS.ProcessEnv {
  const inherited = environment['PYTHONPATH'];
  const path = inherited ? `${runnerFolder()}:${inherited}` : runnerFolder();
  return { ...environment, ...interpreter.environment, PYTHONPATH: path };
}

/**
 * Runs one of the runner's small modules to its end and gives the JSON that it prints.
 *
 * @param input sent as JSON on its standard input.
 * @throws ChardError `interpreter-failed` with the last line of what it complained of.
 */
export async function runRunnerModule(
  interpreter: Interpreter,
  module: string,
  input: unknown = null
): Promise<unknown> {
  const { code, stdout, stderr } = await capture(interpreter, module, JSON.stringify(input));
  if (code === 0) {
    try {
      return JSON.parse(stdout);
    } catch {
      // Falls through: what it printed is shown instead.
    }
  }
  const complaint = (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
  throw interpreterFailed(
    interpreter,
    `could not run Chard's ${module} (${complaint || `exit code ${code}`})`
  );
}

function interpreterFailed({ executable }: Interpreter, what: string, cause?: Error): ChardError {
  return new ChardError(
    'interpreter-failed',
    `The kernel's interpreter ${executable} ${what}. Check that \`${executable} --version\` works, or choose another kernel.`,
    { cause }
  );
}

function capture(
  interpreter: Interpreter,
  module: string,
  input: string
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(interpreter.executable, ['-m', module], {
      env: runnerEnvironment(interpreter),
      stdio: 'pipe'
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', error =>
      reject(interpreterFailed(interpreter, `cannot be started (${error.message})`, error))
    );
    child.on('close', code => resolve({ code, stdout, stderr }));
    // A module that ends before it has read everything closes the pipe: its exit code tells.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
