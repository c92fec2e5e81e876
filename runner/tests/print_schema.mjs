// Prints the JSON Schema of everything that engine and runner say to each other.
import { Buffer } from 'node:buffer';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const contents = `
  import { z } from 'zod';
  import * as protocol from './core/protocol/runner';
  export const schemas = Object.fromEntries(
    ['StepSpec', 'SupervisorCommand', 'RunnerMessage', 'ForkServerCommand', 'ForkServerMessage'].map(
      name => [name, z.toJSONSchema(protocol[name])]
    )
  );`;
const bundled = await build({
  stdin: { contents, resolveDir: root, loader: 'ts' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false
});
const code = Buffer.from(bundled.outputFiles[0].contents).toString('base64');
const { schemas } = await import(`data:text/javascript;base64,${code}`);
console.log(JSON.stringify(schemas));
