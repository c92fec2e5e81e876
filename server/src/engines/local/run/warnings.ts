import type { Step } from '@chard/core/pipeline';
import type { RunEventBody } from '@chard/core/run';
import type { Limits } from '../../engine';
import type { EventLog } from '../eventLog';
import type { Demand } from '../resources';
import type { Received } from '../versions';
import type { FileProblem, RunWorkspace } from '../workspace';
import type { RunPlan } from './plan';

type Warning = Extract<RunEventBody, { type: 'warning' }>;

/** What a run says beside its steps' own words. What holds for the whole run, or comes up at each attempt, is said once. */
export class RunWarnings {
  private readonly said = new Set<string>();

  constructor(private readonly log: EventLog) {}

  /** What there is to say of the files that the run begins with. */
  ofWorkspace({ problems, reusable }: RunWorkspace): void {
    for (const { path, message } of problems) {
      this.once(`file/${path}`, {
        step: null,
        code: 'file-unreadable',
        message: path === '' ? message : `${path}: ${message}`
      });
    }
    if (!reusable.ok) {
      this.once('folder', {
        step: null,
        code: 'not-reusable',
        message: `No step of this run will be reused: ${reusable.why}`
      });
    }
  }

  ofReceived(step: string, { warnings }: Received): void {
    for (const { code, message, topic } of warnings) {
      this.once(`${code}/${topic}`, { step, code, message });
    }
  }

  ofDemand(step: string, demand: Demand, { cpu, memory }: Limits): void {
    this.once(`resources/${step}`, {
      step,
      code: 'resources-exceeded',
      message:
        `The step "${step}" asks for ${demand.cpu} CPUs and ${demand.memory} bytes of memory; there are ${cpu} CPUs and ` +
        `${memory} bytes. It runs alone.`
    });
  }

  /** A secret that nobody has given is the step's to complain about; this says why. */
  ofMissingSecrets({ name, settings }: Step, { secrets, interpreter }: RunPlan): void {
    for (const { env, secret, key } of settings.secrets) {
      if (env in secrets || interpreter.environment[env] !== undefined) continue;
      this.once(`secret/${name}/${env}`, {
        step: name,
        code: 'secret-missing',
        message:
          `The step "${name}" wants the secret "${secret}" (key "${key}") as ${env}, which is not set here. ` +
          `Set the environment variable ${env} before you start the run.`
      });
    }
  }

  /** Of files that are not where somebody would look for them. */
  ofFiles(step: string, notices: readonly FileProblem[]): void {
    for (const { path, message } of notices) {
      const text = path === '' ? message : `${path}: ${message}`;
      this.add({ step, code: 'file-not-brought', message: text });
    }
  }

  ofResultNotKept(step: string, why: string): void {
    const message = `The result of "${step}" will not be reused: ${why}.`;
    this.add({ step, code: 'not-reusable', message });
  }

  ofResultsNotFound(why: string): void {
    const message = `Some results may not be found again: ${why}`;
    this.add({ step: null, code: 'not-reusable', message });
  }

  private once(topic: string, warning: Omit<Warning, 'type' | 'cell'>): void {
    if (this.said.has(topic)) return;
    this.said.add(topic);
    this.add(warning);
  }

  private add(warning: Omit<Warning, 'type' | 'cell'>): void {
    this.log.add({ type: 'warning', cell: null, ...warning });
  }
}
