import { METRICS_STEP, type PipelineDifference } from '@chard/core/pipeline';
import type { RunState } from '@chard/core/run';
import type { NotebookChange } from '../notebooks/changes';
import { stepTitle } from './runView';
import type { Terminal } from './terminal';

/**
 * What a person can do about a run that has not succeeded; nothing for one that has. After a change to the notebook
 * that is a new run, and without one, where the failure was chance, a retry: it executes the notebook as it was.
 *
 * @param again the words of the command that runs the notebook anew.
 * @param change what has become of the notebook since.
 */
export function nextSteps(
  { id, phase, error }: RunState,
  again: readonly string[],
  change: NotebookChange,
  paint: Terminal['paint']['out']
): string {
  if (phase !== 'failed' && phase !== 'cancelled' && phase !== 'interrupted') {
    return '';
  }
  const ofStep =
    error?.step == null || error.step === METRICS_STEP ? null : [id, '--step', error.step];
  const look: Advice[] =
    ofStep === null
      ? []
      : [
          {
            words: ['chard', 'runs', 'exec', ...ofStep, '--before', '-c', 'dir()'],
            why: 'looks at what the step got'
          },
          { words: ['chard', 'runs', 'logs', ...ofStep], why: 'shows what it said' }
        ];
  const run: Advice = {
    words: again,
    why: 'after a change to the notebook: runs it as it is now, and reuses what still holds'
  };
  const retry: Advice = {
    words: ['chard', 'runs', 'retry', id],
    why:
      phase === 'failed'
        ? 'without one: tries the same code again, where the failure was chance, and keeps what succeeded'
        : 'goes on with the notebook as it was, and keeps what succeeded'
  };
  const isSame = change.kind === 'none';
  const go = phase === 'failed' || !isSame ? [run, retry] : [retry, run];
  const notice = isSame ? '' : `${describeChange(change)}\n`;
  return notice + [...look, ...go].map(advice => formatAdvice(advice, paint)).join('');
}

interface Advice {
  readonly words: readonly string[];
  readonly why: string;
}

/** The command has a line of its own: with its names and paths it is as long as it likes. */
function formatAdvice({ words, why }: Advice, paint: Terminal['paint']['out']): string {
  return `  ${commandLine(words)}\n      ${paint('dim', why)}\n`;
}

/** What has become of a run's notebook, in a sentence; empty where it would run the same. */
export function describeChange(change: NotebookChange): string {
  switch (change.kind) {
    case 'none':
      return '';
    case 'changed':
      return `The notebook has changed since this run began: ${describeDifference(change.difference)}.`;
    case 'broken':
      return 'The notebook has changed since this run began, and makes no pipeline now.';
    case 'unreadable':
      return `What has become of the notebook cannot be seen. ${change.reason}`;
  }
}

function describeDifference({ changed, added, removed, parameters }: PipelineDifference): string {
  const part = (what: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${what} ${names.map(name => `"${stepTitle(name)}"`).join(', ')}`];
  return [
    ...part('changed', changed),
    ...part('new', added),
    ...part('gone', removed),
    ...part(parameters.length === 1 ? 'parameter' : 'parameters', parameters)
  ].join('; ');
}

/** Words as a shell reads them. */
export function commandLine(words: readonly string[]): string {
  return words
    .map(word =>
      /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
    )
    .join(' ');
}
