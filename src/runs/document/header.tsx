import { getRunNotebook } from '@chard/core/protocol/api';
import { isOver, type RunState, type VolumeUse } from '@chard/core/run';
import { useState } from 'react';
import { Button, IconButton, LinkButton } from '../../controls/button';
import {
  compareIcon,
  linkIcon,
  notebookKindIcon,
  restoreIcon,
  reusedIcon,
  stopIcon
} from '../../icons';
import { parameterText, phaseWord, preparingInWords, stepTitle } from '../text';
import { phaseIcon, phaseTone } from '../words';
import type { RunServices } from './services';
import { useNow } from './useNow';
import { TimeTaken } from './timeTaken';

/** What run it is, how it stands in words, with which parameters, and what can be done with it. Each button keeps its place, whatever becomes of the run. */
export function Header(props: RunServices & { readonly state: RunState }) {
  const { run, api, state, trans, actions } = props;
  const [problem, setProblem] = useState<string | null>(null);
  const over = isOver(state.phase);
  const now = useNow(!over);
  const Icon = phaseIcon(state.phase);
  const trial = run.item?.trial ?? null;
  const started = state.startedAt ?? state.createdAt;
  const name = run.item?.title ?? state.pipeline;
  const parameters = Object.entries(state.parameters).map(
    ([name, value]) => [name, `${name} = ${JSON.stringify(value)}`] as const
  );
  const act = (action: () => Promise<void>): void => {
    setProblem(null);
    action().catch((error: Error) => setProblem(error.message));
  };
  return (
    <header className="jp-chard-Run-top">
      <div className="jp-chard-Run-header jp-chard-mod-steady">
        <h1 title={name}>{name}</h1>
        <span className="jp-chard-Run-about" title={parameters.map(([, text]) => text).join('\n')}>
          {trial !== null && (
            <Button
              look="inline"
              title={trans.__('Opens the experiment')}
              onClick={() => act(() => actions.openExperiment(trial.experiment))}
            >
              {trans.__('trial %1', trial.number)}
            </Button>
          )}
          <span className="jp-chard-Run-state" data-tone={phaseTone(state.phase)} role="status">
            <Icon.react tag="span" className="jp-chard-icon" />
            {stateInWords(state, trans)}
          </span>
          {started !== null && (
            <TimeTaken started={started} finished={state.finishedAt} now={now} />
          )}
          {parameters.map(([name, text]) => (
            <span key={name} className="jp-chard-Run-parameter" title={text}>
              {name} <code>{parameterText(state.parameters[name])}</code>
            </span>
          ))}
        </span>
        <span className="jp-chard-Run-actions">
          <IconButton
            icon={linkIcon}
            label={trans.__('Copy the link to this run')}
            onClick={() => actions.copyLink(run)}
          />
          <LinkButton
            look="bordered"
            icon={notebookKindIcon}
            href={api.address(getRunNotebook, { params: { run: run.id }, query: {} })}
            download
            title={trans.__('Downloads the notebook as it was when the run began')}
          >
            {trans.__('Notebook as it ran')}
          </LinkButton>
          <Button
            look="bordered"
            icon={compareIcon}
            onClick={() => act(() => actions.compare(run))}
          >
            {trans.__('Compare…')}
          </Button>
          <Button
            look="bordered"
            icon={reusedIcon}
            disabled={!over || state.phase === 'succeeded'}
            title={trans.__('Runs what did not succeed once more, with the code as it was')}
            onClick={() => act(() => actions.retry(run))}
          >
            {trans.__('Try again')}
          </Button>
          <Button
            look="bordered"
            icon={stopIcon}
            disabled={over || state.cancelling}
            onClick={() => act(() => run.cancel())}
          >
            {trans.__('Cancel run')}
          </Button>
        </span>
      </div>
      {state.snapshot !== null && (
        <div className="jp-chard-Run-snapshot">
          <p className="jp-chard-hint">
            {trans.__('On the snapshot')}{' '}
            <Button
              look="inline"
              title={trans.__('Opens the snapshot')}
              onClick={() => act(() => actions.openSnapshot(state.snapshot!.id))}
            >
              {state.snapshot.id}
            </Button>
            {state.workspace !== null && ` · ${workspaceInWords(state, trans)}`}
          </p>
          <AsItWas {...props} act={act} />
        </div>
      )}
      {state.workspace !== null && state.workspace.volumes.length > 0 && (
        <ul className="jp-chard-hint jp-chard-Run-volumes" aria-label={trans.__('Volumes')}>
          {state.workspace.volumes.map(use => (
            <li key={use.name} title={use.path}>
              {volumeInWords(use, trans)}
            </li>
          ))}
        </ul>
      )}
      {problem !== null && <p role="alert">{problem}</p>}
    </header>
  );
}

/** Where the steps of the run work. */
function workspaceInWords({ workspace }: RunState, trans: RunServices['trans']): string {
  switch (workspace?.way) {
    case 'overlay':
      return trans.__('each step had it to itself, in the folder’s place (overlay)');
    case 'reflink':
      return trans.__('the steps had a folder that shares its blocks (reflink)');
    case 'copy':
      return trans.__('the steps had a copy of it');
    default:
      return trans.__('the steps worked in the notebook’s folder: %1', workspace?.why ?? '');
  }
}

/** How the steps of the run got a volume. */
function volumeInWords(use: VolumeUse, trans: RunServices['trans']): string {
  const { name, frozen, readOnly, why } = use;
  if (frozen) {
    return readOnly
      ? trans.__('Volume “%1”, read-only: as in the snapshot (%2)', name, why)
      : trans.__('Volume “%1”: as in the snapshot (%2)', name, why);
  }
  return readOnly
    ? trans.__('Volume “%1”, read-only: as it was then (%2)', name, why)
    : trans.__('Volume “%1”: as it was then (%2)', name, why);
}

/** Coming back to what the run saw. */
function AsItWas({
  run,
  state,
  actions,
  trans,
  act
}: RunServices & {
  readonly state: RunState;
  readonly act: (action: () => Promise<void>) => void;
}) {
  const goesOn = !isOver(state.phase);
  return (
    <span className="jp-chard-Run-actions">
      <Button
        look="bordered"
        icon={restoreIcon}
        title={trans.__('Puts the notebook and its data, as the run saw them, into a folder')}
        disabled={goesOn}
        onClick={() => act(() => actions.restore(run))}
      >
        {trans.__('Restore…')}
      </Button>
      <Button
        look="bordered"
        title={trans.__('Opens the notebook of this run with its data, in a folder of its own')}
        disabled={goesOn}
        onClick={() => act(() => actions.openAsItWas(run))}
      >
        {trans.__('Open as it was')}
      </Button>
      <Button
        look="bordered"
        title={trans.__('The same code, values and data; your folder stays as it is')}
        disabled={goesOn}
        onClick={() => act(() => actions.runAsItWas(run))}
      >
        {trans.__('Run again as it was')}
      </Button>
    </span>
  );
}

function stateInWords(state: RunState, trans: RunServices['trans']): string {
  if (state.error?.step) return trans.__('Failed in %1', stepTitle(state.error.step, trans));
  if (isOver(state.phase)) {
    const word = phaseWord(state.phase, trans);
    return word.charAt(0).toLocaleUpperCase() + word.slice(1);
  }
  if (state.cancelling) return trans.__('Cancelling…');
  if (state.preparing) return preparingInWords(state.preparing, trans);
  const done = state.steps.filter(({ phase }) => phase === 'succeeded').length;
  return trans.__('%1 of %2 steps done', done, state.steps.length);
}
