import { getRun } from '@chard/core/protocol/api';
import { stepState, fromSnapshot, type StepState } from '@chard/core/run';
import { Button } from '../../../controls/button';
import { reusedIcon } from '../../../icons';
import { useAnswer } from '../../useAnswer';
import { duration, runTitle } from '../../text';
import type { RunServices } from '../services';

/** Why a step did not run: the first thing that is said of a step that was reused. */
export function Reuse(props: RunServices & { step: StepState; canRunAgain: boolean }) {
  const { api, run, step, trans, actions } = props;
  const source = step.reusedFrom;
  const { answer } = useAnswer(
    async signal =>
      source === null
        ? null
        : api.ask(getRun, { params: { run: source }, query: {}, body: {} }, signal),
    source ?? ''
  );
  const first = answer && stepState(fromSnapshot(answer.snapshot), step.name);
  const saved =
    first && !first.cached && first.startedAt !== null && first.finishedAt !== null
      ? duration(first.finishedAt - first.startedAt)
      : null;
  return (
    <div className="jp-chard-Reuse" data-tone="ok">
      <reusedIcon.react tag="span" className="jp-chard-icon" />
      <p>
        <strong>
          {trans.__('Reused')}{' '}
          {answer && (
            <>
              {trans.__('from')}{' '}
              <Button look="inline" onClick={() => void actions.openRun(source!)}>
                {runTitle(answer.run, trans)}
              </Button>
            </>
          )}
          {saved !== null && trans.__(', saved %1', saved)}.
        </strong>{' '}
        {sentence(step.why)}
      </p>
      {props.canRunAgain && (
        <Button
          look="link"
          title={trans.__(
            'Runs this step and those below it anew; the rest is taken from this run'
          )}
          onClick={() => void actions.resumeFrom(run, step.name)}
        >
          {trans.__('Run it again')}
        </Button>
      )}
    </div>
  );
}

function sentence(words: string): string {
  return words === '' ? '' : `${words.charAt(0).toLocaleUpperCase()}${words.slice(1)}.`;
}
