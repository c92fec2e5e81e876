import type { SnapshotItem } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal, type ISignal } from '@lumino/signaling';
import { useEffect, useState } from 'react';
import { Button } from '../../controls/button';
import { Boundary } from '../../failure/boundary';
import { keepFocus } from '../../focus/keepFocus';
import { compareIcon } from '../../icons';
import { useChanges } from '../../runs/useChanges';
import { shortTime } from '../../runs/text';
import type { SnapshotServices } from '../document/widget';
import { reasonOf } from '../words';
import { Cells, type NotebookPlace } from './cells';
import { Files } from './files';
import '../../views';

type Pair = readonly [string, string];

/** Two snapshots beside each other: which files differ, and the notebook's cells. */
export class SnapshotComparison extends ReactWidget {
  private readonly _changed = new Signal<this, void>(this);

  constructor(
    private readonly services: SnapshotServices,
    private _ids: Pair
  ) {
    super();
    this.addClass('jp-chard-Compare');
    this.disposed.connect(keepFocus(this.node));
  }

  /** The one before, and the one after. */
  get ids(): Pair {
    return this._ids;
  }

  /** When others are compared. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  override render() {
    const { trans } = this.services;
    return (
      <Boundary trans={trans} what={trans.__('The comparison')}>
        <CompareView
          key={this._ids.join()}
          {...this.services}
          ids={this._ids}
          onIds={ids => {
            this._ids = ids;
            this.update();
            this._changed.emit();
          }}
        />
      </Boundary>
    );
  }
}

function CompareView(
  props: SnapshotServices & { readonly ids: Pair; readonly onIds: (ids: Pair) => void }
) {
  const { snapshots, ids, onIds, trans } = props;
  useChanges(snapshots.changed);
  useEffect(() => {
    if (!snapshots.loaded) void snapshots.refresh();
  }, [snapshots]);
  const [notebook, setNotebook] = useState<NotebookPlace | null>(null);
  return (
    <>
      <header className="jp-chard-Run-header">
        <compareIcon.react tag="span" className="jp-chard-icon" />
        <h1>{trans.__('Compare snapshots')}</h1>
        {ids.map((id, at) => (
          <select
            key={at}
            className="jp-chard-Select"
            aria-label={at === 0 ? trans.__('Before') : trans.__('After')}
            value={id}
            onChange={event =>
              onIds(at === 0 ? [event.target.value, ids[1]] : [ids[0], event.target.value])
            }
          >
            {snapshots.get(id) === undefined && <option value={id}>{id}</option>}
            {snapshots.all.map(item => (
              <option key={item.id} value={item.id} disabled={item.id === ids[1 - at]}>
                {optionText(item, trans)}
              </option>
            ))}
          </select>
        ))}
        <span className="jp-chard-Run-actions">
          <Button look="bordered" onClick={() => onIds([ids[1], ids[0]])}>
            {trans.__('Swap')}
          </Button>
        </span>
      </header>
      <div className="jp-chard-Compare-body">
        <Files {...props} onNotebook={setNotebook} />
        <Cells {...props} notebook={notebook} onNotebook={setNotebook} />
      </div>
    </>
  );
}

function optionText(item: SnapshotItem, trans: TranslationBundle): string {
  const when = shortTime(item.createdAt);
  const what = item.title ?? reasonOf(item, trans);
  return item.notebook === null
    ? trans.__('%1 · %2', when, what)
    : trans.__('%1 · %2 · %3', when, what, item.notebook);
}
