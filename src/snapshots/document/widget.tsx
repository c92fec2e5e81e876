import { getSnapshot, type SnapshotItem } from '@chard/core/protocol/api';
import { printableName, type SnapshotProblem } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { useState } from 'react';
import { CommandIds } from '../../commands';
import { Button, IconButton } from '../../controls/button';
import { Boundary } from '../../failure/boundary';
import { keepFocus } from '../../focus/keepFocus';
import { compareIcon, linkIcon, restoreIcon } from '../../icons';
import { Nothing, Problem } from '../../runs/document/notice';
import { useAnswer } from '../../runs/useAnswer';
import { useChanges } from '../../runs/useChanges';
import { snapshotIcon } from '../icon';
import type { Snapshots } from '../snapshots';
import { contentsOf, folderName, reasonOf, snapshotName } from '../words';
import { Files } from './files';
import '../../views';

export interface SnapshotServices {
  readonly snapshots: Snapshots;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** A snapshot in the main area: what it is, what can be done with it, and its files. */
export class SnapshotDocument extends ReactWidget {
  readonly ids: readonly string[];

  constructor(
    private readonly services: SnapshotServices,
    private readonly snapshot: string
  ) {
    super();
    this.ids = [snapshot];
    this.addClass('jp-chard-Compare');
    this.addClass('jp-chard-Snapshot');
    this.disposed.connect(keepFocus(this.node));
  }

  override render() {
    const { trans } = this.services;
    return (
      <Boundary trans={trans} what={trans.__('The snapshot')}>
        <SnapshotView {...this.services} id={this.snapshot} />
      </Boundary>
    );
  }
}

function SnapshotView(props: SnapshotServices & { readonly id: string }) {
  const { snapshots, id, trans } = props;
  useChanges(snapshots.changed);
  const { answer, problem, again } = useAnswer(
    signal =>
      snapshots.runs.api.ask(
        getSnapshot,
        { params: { snapshot: id }, query: {}, body: {} },
        signal
      ),
    id
  );
  const [source, setSource] = useState<string | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  if (answer === null) {
    return problem === null ? (
      <Nothing>{trans.__('Reading the snapshot…')}</Nothing>
    ) : (
      <Problem message={problem} onAgain={again} trans={trans} />
    );
  }
  // The list knows of runs that have come to need it since.
  const item = snapshots.get(id) ?? answer.snapshot;
  const shown = item.sources.find(({ name }) => name === source) ?? item.sources[0];
  return (
    <>
      <Header {...props} item={item} source={shown?.name ?? null} chosen={chosen} />
      {problem !== null && <Problem message={problem} onAgain={again} trans={trans} />}
      {answer.problems.length > 0 && (
        <Problems problems={answer.problems} count={item.problemCount} trans={trans} />
      )}
      {item.sources.length > 1 && (
        <div className="jp-chard-Views jp-chard-Snapshot-sources">
          {item.sources.map(({ name }) => (
            <button
              key={name}
              type="button"
              aria-pressed={name === shown?.name}
              onClick={() => {
                setSource(name);
                setChosen([]);
              }}
            >
              {printableName(name)}
            </button>
          ))}
        </div>
      )}
      {shown && (
        <Files
          key={shown.name}
          {...props}
          source={shown.name}
          title={folderName(shown.folder, trans)}
          chosen={chosen}
          onChosen={setChosen}
        />
      )}
    </>
  );
}

function Header(
  props: SnapshotServices & {
    readonly item: SnapshotItem;
    readonly source: string | null;
    readonly chosen: readonly string[];
  }
) {
  const { snapshots, commands, item, source, chosen, trans } = props;
  const own = snapshots.sizes?.own[item.id];
  const others = snapshots.of(snapshots.pathOf(item)).filter(({ id }) => id !== item.id);
  const before = others.find(({ createdAt }) => createdAt < item.createdAt) ?? others.at(-1);
  const pair =
    before === undefined
      ? null
      : before.createdAt < item.createdAt
        ? [before.id, item.id]
        : [item.id, before.id];
  const act =
    (command: string, args: object = {}) =>
    (): void =>
      void commands.execute(command, { snapshot: item.id, ...args });
  return (
    <header className="jp-chard-Run-header">
      <snapshotIcon.react tag="span" className="jp-chard-icon" />
      <h1>{snapshotName(item)}</h1>
      {item.title !== null && (
        <span className="jp-chard-hint">{new Date(item.createdAt).toLocaleString()}</span>
      )}
      <span>
        {contentsOf(item, trans)}
        {own !== undefined && ` · ${trans.__('only it has %1', byteSize(own))}`}
      </span>
      <span className="jp-chard-hint">{reasonOf(item, trans)}</span>
      <span className="jp-chard-Run-actions">
        <IconButton
          icon={linkIcon}
          label={trans.__('Copy the link to this snapshot')}
          onClick={act(CommandIds.copySnapshotLink)}
        />
        <Button
          look="bordered"
          icon={compareIcon}
          disabled={pair === null}
          title={trans.__('With the one before it')}
          onClick={() =>
            pair && void commands.execute(CommandIds.compareSnapshots, { snapshots: pair })
          }
        >
          {trans.__('Compare…')}
        </Button>
        <Button
          look="bordered"
          disabled={chosen.length === 0}
          onClick={act(CommandIds.restoreSnapshot, { source, paths: [...chosen] })}
        >
          {chosen.length === 0
            ? trans.__('Restore chosen…')
            : trans.__('Restore chosen (%1)…', chosen.length)}
        </Button>
        <Button look="bordered" icon={restoreIcon} onClick={act(CommandIds.restoreSnapshot)}>
          {trans.__('Restore all…')}
        </Button>
        <Button look="bordered" onClick={act(CommandIds.deleteSnapshot)}>
          {trans.__('Delete…')}
        </Button>
      </span>
    </header>
  );
}

function Problems(props: {
  readonly problems: readonly SnapshotProblem[];
  readonly count: number;
  readonly trans: TranslationBundle;
}) {
  const { problems, count, trans } = props;
  return (
    <details className="jp-chard-Snapshot-problems">
      <summary>
        {trans._n(
          '%1 file could not be taken as it was',
          '%1 files could not be taken as they were',
          count
        )}
      </summary>
      <ul tabIndex={0}>
        {problems.map(({ source, path, message }) => (
          <li key={`${source} ${path}`}>
            {printableName(`${source}/${path}`)}: {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
