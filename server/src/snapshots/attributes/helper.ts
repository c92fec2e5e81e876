import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { reasonOf } from '../../files';
import { runnerFolder } from '../../installation';
import {
  AttributesUnavailable,
  type Attributes,
  type ExtendedAttributes,
  type Listed,
  type NotPut
} from './model';

const ListAnswer = z.object({
  found: z.array(z.tuple([z.int(), z.record(z.string(), z.string())])),
  failed: z.array(z.tuple([z.int(), z.string()]))
});
const PutAnswer = z.object({ failed: z.array(z.tuple([z.string(), z.string(), z.boolean()])) });

interface Waiting {
  readonly take: (line: string) => void;
  readonly fail: (error: AttributesUnavailable) => void;
}

/** Whether the system has extended attributes that Python knows. */
const HAS_ATTRIBUTES = process.platform === 'linux';

/** The way to extended attributes here: Python has one, Node has none. @param python absolute path, or found on the path; null for none */
export function attributeHelper(python: string | null): ExtendedAttributes | null {
  return python !== null && HAS_ATTRIBUTES ? new AttributeHelper(python) : null;
}

/** A Python process (`chard_runner/attributes.py`), started when something is asked for the first time. */
class AttributeHelper implements ExtendedAttributes {
  private child: ChildProcess | null = null;
  /** In the order in which they were asked. */
  private readonly waiting: Waiting[] = [];
  private failure: AttributesUnavailable | null = null;

  constructor(private readonly python: string) {}

  begin(): void {
    this.child ??= this.start();
  }

  async list(root: string, paths: readonly string[]): Promise<readonly Listed[]> {
    const { found, failed } = await this.ask(ListAnswer, { list: { root, paths } });
    const listed = paths.map((): Listed => ({ attributes: null }));
    for (const [index, attributes] of found) listed[index] = { attributes };
    for (const [index, why] of failed) listed[index] = { why };
    return listed;
  }

  async put(file: number, attributes: Attributes, isExact: boolean): Promise<readonly NotPut[]> {
    // The open file itself, whatever its name leads to by then.
    const path = `/proc/${process.pid}/fd/${file}`;
    const { failed } = await this.ask(PutAnswer, {
      put: { path, attributes, exact: isExact }
    });
    return failed.map(([name, why, isUnsupported]) => ({ name, why, isUnsupported }));
  }

  close(): void {
    this.child?.stdin?.end();
    this.child?.kill();
    this.fail('it was ended');
  }

  private ask<Answer>(schema: z.ZodType<Answer>, request: object): Promise<Answer> {
    this.begin();
    return new Promise((resolve, reject) => {
      if (this.failure !== null) {
        reject(this.failure);
        return;
      }
      const take = (line: string): void => {
        try {
          resolve(schema.parse(JSON.parse(line)));
        } catch (error) {
          reject(new AttributesUnavailable(reasonOf(error)));
        }
      };
      this.waiting.push({ take, fail: reject });
      this.child?.stdin?.write(`${JSON.stringify(request)}\n`);
    });
  }

  private start(): ChildProcess {
    const script = join(runnerFolder(), 'chard_runner', 'attributes.py');
    // Alone, as quickly as it can, and with names in UTF-8 whatever the locale.
    const child = spawn(this.python, ['-I', '-S', '-X', 'utf8', script], { stdio: 'pipe' });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-1000);
    });
    createInterface({ input: child.stdout }).on('line', line => this.waiting.shift()?.take(line));
    child.on('error', error => this.fail(reasonOf(error)));
    child.on('close', code => {
      this.fail(complaint.trim().split('\n').at(-1) || `${this.python} ended with ${code}`);
    });
    // A process that ended closes the pipe; its end is told above.
    child.stdin.on('error', () => undefined);
    return child;
  }

  private fail(why: string): void {
    this.failure ??= new AttributesUnavailable(why);
    for (const { fail } of this.waiting.splice(0)) fail(this.failure);
  }
}
