import type { RunItem } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import { deleteIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { useEffect, useReducer, useState, type ComponentType } from 'react';
import { CommandIds } from '../commands';
import { Button, IconButton } from '../controls/button';
import type { OpenNotebook } from '../tokens';
import { detailsOf, outcomeOf, runName, whenAndHowLong } from './list/describeRun';
import { filterRuns, type RunFilter, type StateFilter } from './list/filter';
import { SelectableList } from './list/selectableList';
import type { Runs } from './runs';
import { phaseIcon, phaseTone } from './words';

interface Options {
  readonly runs: Runs;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** What a person looks for, in this session. */
let remembered: RunFilter & { readonly everywhere: boolean } = {
  everywhere: false,
  state: 'all',
  text: ''
};

/** The runs of the notebook, or of all: to be found, opened, selected, compared, renamed, deleted. */
export function runsSection(options: Options): ComponentType<OpenNotebook> {
  return function RunsOfNotebook({ panel }: OpenNotebook) {
    const { runs, trans } = options;
    useChanges(runs);
    const [looked, setLooked] = useState(remembered);
    remembered = looked;
    const { list } = runs;
    const there = looked.everywhere ? list.all : list.of(panel.context.path);
    const found = filterRuns(there, looked);
    return (
      <div className="jp-chard-Runs">
        {list.problem !== null && (
          <p role="alert" className="jp-chard-Failure">
            {list.problem}
          </p>
        )}
        <Filter looked={looked} onChange={setLooked} trans={trans} />
        <Bar {...options} found={found} />
        <List {...options} found={found} everywhere={looked.everywhere} />
        {found.length === 0 && list.problem === null && (
          <p className="jp-chard-hint jp-chard-Section-text">
            {!list.loaded
              ? trans.__('Loading…')
              : there.length === 0
                ? trans.__('Not run yet.')
                : trans.__('No run is like this.')}
          </p>
        )}
        {list.hasMore && (
          <Button look="link" onClick={() => void list.loadMore()}>
            {trans.__('Look at older runs, too')}
          </Button>
        )}
      </div>
    );
  };
}

/** Draws again whenever the list or the selection changes. */
function useChanges({ list, selection }: Runs): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    list.changed.connect(draw);
    selection.changed.connect(draw);
    draw();
    return () => {
      list.changed.disconnect(draw);
      selection.changed.disconnect(draw);
    };
  }, [list, selection]);
}

function Filter(props: {
  readonly looked: typeof remembered;
  readonly onChange: (looked: typeof remembered) => void;
  readonly trans: TranslationBundle;
}) {
  const { looked, onChange, trans } = props;
  const states: [StateFilter, string][] = [
    ['all', trans.__('Any state')],
    ['active', trans.__('Running')],
    ['succeeded', trans.__('Succeeded')],
    ['failed', trans.__('Failed')],
    ['cancelled', trans.__('Cancelled')]
  ];
  return (
    <div className="jp-chard-Runs-filter">
      <input
        className="jp-chard-Input"
        type="search"
        placeholder={trans.__('Name, or parameter=value')}
        aria-label={trans.__('Find runs by name or parameter')}
        value={looked.text}
        onChange={event => onChange({ ...looked, text: event.target.value })}
      />
      <select
        className="jp-chard-Select"
        aria-label={trans.__('State of the runs')}
        value={looked.state}
        onChange={event => onChange({ ...looked, state: event.target.value as StateFilter })}
      >
        {states.map(([state, title]) => (
          <option key={state} value={state}>
            {title}
          </option>
        ))}
      </select>
      <select
        className="jp-chard-Select"
        aria-label={trans.__('Whose runs')}
        value={String(looked.everywhere)}
        onChange={event => onChange({ ...looked, everywhere: event.target.value === 'true' })}
      >
        <option value="false">{trans.__('This notebook')}</option>
        <option value="true">{trans.__('All notebooks')}</option>
      </select>
    </div>
  );
}

const SELECTED = { of: 'selection' };

/** How many there are, and what can be done with those that are selected. Always there, so that nothing moves. */
function Bar({ runs, commands, trans, found }: Options & { found: readonly RunItem[] }) {
  const { ids } = runs.selection;
  const about = (command: string) => ({
    disabled: !commands.isEnabled(command, SELECTED),
    onClick: () => void commands.execute(command, SELECTED)
  });
  const labelOf = (command: string): string => commands.label(command, SELECTED);
  return (
    <div className="jp-chard-Runs-bar">
      <span className="jp-chard-hint" role="status">
        {ids.length > 0
          ? trans._n('%1 selected', '%1 selected', ids.length)
          : trans._n('%1 run', '%1 runs', found.length)}
      </span>
      {commands.isVisible(CommandIds.compareSelected) && (
        <Button
          look="flat"
          title={labelOf(CommandIds.compareSelected)}
          aria-label={labelOf(CommandIds.compareSelected)}
          {...about(CommandIds.compareSelected)}
        >
          {trans.__('Compare')}
        </Button>
      )}
      <IconButton
        icon={deleteIcon}
        label={labelOf(CommandIds.deleteRuns)}
        {...about(CommandIds.deleteRuns)}
      />
    </div>
  );
}

function List(props: Options & { found: readonly RunItem[]; everywhere: boolean }) {
  const { runs, commands, trans, found, everywhere } = props;
  const { selection } = runs;
  return (
    <SelectableList
      kind="run"
      label={trans.__('Runs')}
      selection={selection}
      open={run => void commands.execute(CommandIds.openRun, { run })}
      keys={{
        F2: run => void commands.execute(CommandIds.renameRun, { run }),
        Delete: run =>
          void commands.execute(CommandIds.deleteRuns, { runs: [...selection.meant(run)] })
      }}
      rows={found.map(run => ({
        id: run.id,
        tone: phaseTone(run.state),
        icon: phaseIcon(run.state),
        title: detailsOf(run, trans),
        content: (
          <>
            {everywhere && <span className="jp-chard-Runs-pipeline">{run.pipeline}</span>}
            <span className="jp-chard-Runs-name">{runName(run, trans)}</span>
            {!everywhere && (
              <span className="jp-chard-hint jp-chard-Runs-time">
                {whenAndHowLong(run, Date.now())}
              </span>
            )}
            <span className="jp-chard-Runs-outcome">{outcomeOf(run, trans)}</span>
          </>
        )
      }))}
      trans={trans}
    />
  );
}
