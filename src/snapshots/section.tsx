import type { SnapshotItem } from '@chard/core/protocol/api';
import { totalCounts } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import type { TranslationBundle } from '@jupyterlab/translation';
import { deleteIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { useEffect, useState, type ComponentType } from 'react';
import { CommandIds } from '../commands';
import { Button, IconButton } from '../controls/button';
import { plusIcon } from '../icons';
import { SelectableList } from '../runs/list/selectableList';
import { useChanges } from '../runs/useChanges';
import type { OpenNotebook } from '../tokens';
import { snapshotIcon } from './icon';
import type { Snapshots } from './snapshots';
import { detailsOf, reasonOf, snapshotName } from './words';

interface Options {
  readonly snapshots: Snapshots;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** What a person looks at, in this session. */
let remembered = { everywhere: false };

/** The snapshots of the notebook, or of all: to be taken, opened, compared, restored, deleted, checked. */
export function snapshotsSection(options: Options): ComponentType<OpenNotebook> {
  return function SnapshotsOfNotebook({ panel }: OpenNotebook) {
    const { snapshots, commands, trans } = options;
    useChanges(snapshots.changed);
    useChanges(snapshots.selection.changed);
    const [{ everywhere }, setLooked] = useState(remembered);
    remembered = { everywhere };
    useEffect(() => {
      const refresh = (): void => void snapshots.refresh();
      refresh();
      // The command line takes and removes snapshots, too.
      window.addEventListener('focus', refresh);
      return () => window.removeEventListener('focus', refresh);
    }, [snapshots]);
    const found = snapshots.of(everywhere ? null : panel.context.path);
    return (
      <div className="jp-chard-Runs jp-chard-Snapshots">
        {snapshots.problem !== null && (
          <p role="alert" className="jp-chard-Failure">
            {snapshots.problem}{' '}
            <Button look="inline" onClick={() => void snapshots.refresh()}>
              {trans.__('Try again')}
            </Button>
          </p>
        )}
        <div className="jp-chard-Runs-filter">
          <Button
            look="bordered"
            icon={plusIcon}
            onClick={() =>
              void commands.execute(CommandIds.takeSnapshot, { notebook: panel.context.path })
            }
          >
            {commands.label(CommandIds.takeSnapshot)}
          </Button>
          <select
            className="jp-chard-Select"
            aria-label={trans.__('Whose snapshots')}
            value={String(everywhere)}
            onChange={event => setLooked({ everywhere: event.target.value === 'true' })}
          >
            <option value="false">{trans.__('This notebook')}</option>
            <option value="true">{trans.__('All notebooks')}</option>
          </select>
        </div>
        <Bar {...options} count={found.length} />
        <List {...options} found={found} everywhere={everywhere} />
        {found.length === 0 && snapshots.problem === null && (
          <p className="jp-chard-hint jp-chard-Section-text">
            {snapshots.loaded
              ? trans.__('None yet. A run takes one first; you can take one, too.')
              : trans.__('Loading…')}
          </p>
        )}
        <Care {...options} />
      </div>
    );
  };
}

/** How many there are, and what can be done with those that are selected. Always there, so that nothing moves. */
function Bar({ snapshots, commands, trans, count }: Options & { readonly count: number }) {
  const { ids } = snapshots.selection;
  const pair = inOrder(snapshots, ids);
  return (
    <div className="jp-chard-Runs-bar">
      <span className="jp-chard-hint" role="status">
        {ids.length > 0
          ? trans._n('%1 selected', '%1 selected', ids.length)
          : trans._n('%1 snapshot', '%1 snapshots', count)}
      </span>
      <Button
        look="flat"
        title={trans.__('Compare the two that are selected')}
        disabled={pair === null}
        onClick={() =>
          pair && void commands.execute(CommandIds.compareSnapshots, { snapshots: pair })
        }
      >
        {trans.__('Compare')}
      </Button>
      <IconButton
        icon={deleteIcon}
        label={commands.label(CommandIds.deleteSnapshot)}
        disabled={ids.length !== 1}
        onClick={() => void commands.execute(CommandIds.deleteSnapshot)}
      />
    </div>
  );
}

/** Two that are selected, the older first; null for any other number. */
function inOrder(snapshots: Snapshots, ids: readonly string[]): [string, string] | null {
  const chosen = snapshots.all.filter(({ id }) => ids.includes(id));
  const [after, before] = chosen;
  return before && after && chosen.length === 2 ? [before.id, after.id] : null;
}

function List(
  props: Options & { readonly found: readonly SnapshotItem[]; readonly everywhere: boolean }
) {
  const { snapshots, commands, trans, found, everywhere } = props;
  return (
    <SelectableList
      kind="snapshot"
      label={trans.__('Snapshots')}
      selection={snapshots.selection}
      open={snapshot => void commands.execute(CommandIds.openSnapshot, { snapshot })}
      keys={{ Delete: snapshot => void commands.execute(CommandIds.deleteSnapshot, { snapshot }) }}
      rows={found.map(item => ({
        id: item.id,
        tone: 'quiet',
        icon: snapshotIcon,
        title: detailsOf(item, snapshots.sizes?.own[item.id] ?? null, trans),
        content: (
          <>
            {everywhere && <span className="jp-chard-Runs-pipeline">{item.notebook}</span>}
            <span className="jp-chard-Runs-name">{snapshotName(item)}</span>
            <span className="jp-chard-hint jp-chard-Runs-time">{reasonOf(item, trans)}</span>
            <span className="jp-chard-Snapshots-size">{sizeInWords(item, snapshots, trans)}</span>
          </>
        )
      }))}
      trans={trans}
    />
  );
}

/** `3.4 MB, own 1.2 KB`: how much it holds, and how much only it has. */
function sizeInWords(item: SnapshotItem, { sizes }: Snapshots, trans: TranslationBundle): string {
  const all = byteSize(totalCounts(item).bytes);
  const own = sizes?.own[item.id];
  return own === undefined ? all : trans.__('%1, own %2', all, byteSize(own));
}

/** What is done with all of them. */
function Care({ snapshots, commands, trans }: Options) {
  const { sizes, all } = snapshots;
  return (
    <div className="jp-chard-Runs-bar">
      <span className="jp-chard-hint">
        {sizes !== null && all.length > 0 && trans.__('Together %1', byteSize(sizes.total))}
      </span>
      {[CommandIds.checkSnapshots, CommandIds.pruneSnapshots].map(command => (
        <Button
          key={command}
          look="flat"
          disabled={all.length === 0}
          onClick={() => void commands.execute(command)}
        >
          {command === CommandIds.checkSnapshots ? trans.__('Check…') : trans.__('Remove old…')}
        </Button>
      ))}
    </div>
  );
}
