import { isOver, stepState, type RunState, type StepError, type StepState } from '@chard/core/run';
import { Clipboard } from '@jupyterlab/apputils';
import { useState } from 'react';
import { Button } from '../../../controls/button';
import { errorIcon, kernelIcon, pencilIcon, resumeIcon } from '../../../icons';
import { copyIcon } from '../../../viewIcons';
import { duration, stepTitle } from '../../text';
import { keptWhenResumed } from '../selection';
import type { RunServices } from '../services';
import { CodeLines, stepOf } from './code';

/** Why a step failed: the message first, then what to do, then the lines, then the traceback. */
export function ErrorView(props: RunServices & { state: RunState; step: StepState }) {
  const { trans, run, actions, state, step } = props;
  const error = step.error!;
  const cell = stepOf(run.pipeline, step.name)?.code.find(each => each.cell === error.cell);
  const over = isOver(state.phase);
  const canOpen = step.after.every(name => stepState(state, name)?.phase === 'succeeded');
  const canResume = over && !step.name.startsWith('@');
  return (
    <div className="jp-chard-ErrorView">
      <div className="jp-chard-ErrorView-message">
        <h3>
          <errorIcon.react tag="span" className="jp-chard-icon jp-chard-mod-error" />
          {headline(error, trans)}
        </h3>
        <p className="jp-chard-ErrorView-text">{error.message}</p>
        <div className="jp-chard-ErrorView-actions">
          {error.cell !== null && (
            <Button
              look="primary"
              icon={pencilIcon}
              onClick={() => void actions.goToCell(run, error.cell!, error.line)}
            >
              {trans.__('Go to cell %1', error.cell + 1)}
            </Button>
          )}
          {canOpen && <OpenInKernel {...props} name={step.name} />}
          {canResume && (
            <Button
              look="bordered"
              icon={resumeIcon}
              onClick={() => void actions.resumeFrom(run, step.name)}
            >
              {trans.__('Resume from here')}
            </Button>
          )}
        </div>
        <p className="jp-chard-hint">
          {[
            canOpen ? trans.__('The kernel starts with what the step got.') : '',
            canResume ? keptInWords(state, step.name, trans) : ''
          ]
            .filter(Boolean)
            .join(' ')}
        </p>
      </div>
      {cell && <CodeLines source={cell.source} languages={props.languages} failed={error.line} />}
      {error.traceback.length > 0 && <Traceback error={error} trans={trans} />}
    </div>
  );
}

/** Opens a notebook whose kernel holds what the step got; it says so while it does. */
export function OpenInKernel({ run, actions, trans, name }: RunServices & { name: string }) {
  const [opening, setOpening] = useState(false);
  return (
    <Button
      look="bordered"
      icon={kernelIcon}
      disabled={opening}
      title={trans.__('Opens a notebook with the step’s cells, its kernel holding what they got')}
      onClick={() => {
        setOpening(true);
        void actions.openInKernel(run, name).finally(() => setOpening(false));
      }}
    >
      {opening ? trans.__('Opening…') : trans.__('Open in a kernel')}
    </Button>
  );
}

function Traceback({ error, trans }: { error: StepError; trans: RunServices['trans'] }) {
  const text = inPersonsNumbers(error.traceback.join('\n'));
  return (
    <section className="jp-chard-Traceback">
      <h3>
        {trans.__('Traceback')}
        <Button look="flat" icon={copyIcon} onClick={() => Clipboard.copyToSystem(text)}>
          {trans.__('Copy')}
        </Button>
      </h3>
      <pre tabIndex={0} aria-label={trans.__('Traceback')}>
        {text}
      </pre>
    </section>
  );
}

/** Tracebacks count cells from 0, as the command line does; here they count from 1 all over. */
export function inPersonsNumbers(traceback: string): string {
  return traceback.replace(/\bCell \[(\d+)\]/g, (_, cell: string) => `Cell ${Number(cell) + 1}`);
}

function headline({ type, cell, line }: StepError, trans: RunServices['trans']): string {
  if (cell === null) return type;
  return line === null
    ? trans.__('%1 in cell %2', type, cell + 1)
    : trans.__('%1 in cell %2, line %3', type, cell + 1, line);
}

/** What resuming keeps, and the time that this saves. */
function keptInWords(state: RunState, name: string, trans: RunServices['trans']): string {
  const kept = keptWhenResumed(state, name).filter(({ phase }) => phase === 'succeeded');
  if (kept.length === 0) return '';
  const saved = kept.reduce(
    (sum, { cached, startedAt, finishedAt }) =>
      sum + (cached || startedAt === null || finishedAt === null ? 0 : finishedAt - startedAt),
    0
  );
  const names = kept.map(each => stepTitle(each.name, trans)).join(', ');
  return saved > 0
    ? trans.__('Resuming keeps %1 (saves %2).', names, duration(saved))
    : trans.__('Resuming keeps %1.', names);
}
