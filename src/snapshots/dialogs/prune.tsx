import { pruneSnapshots } from '@chard/core/protocol/api';
import { byteSize } from '@chard/core/text';
import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useId, useState } from 'react';
import { askInForm } from '../../focus/formDialog';
import { useAnswer } from '../../runs/useAnswer';
import type { Snapshots } from '../snapshots';
import { reasonOf, snapshotName } from '../words';

/** What stays: the newest of each notebook, and those that are young. */
export interface PruneRules {
  readonly notebook?: string;
  readonly keepLast?: number;
  readonly keepWithinDays?: number;
}

const MOST_SHOWN = 100;

/** Asks for the rules, showing what would go; null where nothing is to go. */
export async function askWhatToRemove(
  snapshots: Snapshots,
  notebook: string | null,
  trans: TranslationBundle
): Promise<PruneRules | null> {
  return askInForm<PruneRules | null>({
    title: trans.__('Remove old snapshots'),
    accept: Dialog.warnButton({ label: trans.__('Remove') }),
    value: null,
    form: onChange => <Fields {...{ snapshots, notebook, trans }} onRules={onChange} />,
    trans
  });
}

function Fields(props: {
  readonly snapshots: Snapshots;
  readonly notebook: string | null;
  /** Null where they remove nothing, or make no sense. */
  readonly onRules: (rules: PruneRules | null) => void;
  readonly trans: TranslationBundle;
}) {
  const { snapshots, notebook, onRules, trans } = props;
  const [last, setLast] = useState('5');
  const [days, setDays] = useState('30');
  const [everywhere, setEverywhere] = useState(notebook === null);
  const id = useId();
  const keepLast = numberIn(last, 1, true);
  const keepWithinDays = numberIn(days, 0, false);
  const isWrong = keepLast === null || keepWithinDays === null;
  const rules: PruneRules = {
    ...(!everywhere && notebook !== null && { notebook }),
    ...(keepLast != null && { keepLast }),
    ...(keepWithinDays != null && { keepWithinDays })
  };
  const key = JSON.stringify(rules);
  const plan = useAnswer(async signal => {
    if (isWrong) return null;
    const input = { params: {}, query: {}, body: { ...rules, dryRun: true } };
    return (await snapshots.runs.api.ask(pruneSnapshots, input, signal)).report;
  }, `${key} ${isWrong}`);
  const report = plan.answer;
  const isEmpty = report === null || report.removed.length === 0;
  useEffect(() => {
    onRules(isEmpty ? null : rules);
  }, [key, isEmpty]);
  const field = (
    name: string,
    label: string,
    value: string,
    isBad: boolean,
    set: (value: string) => void
  ) => (
    <div className="jp-chard-Dialog-row">
      <label htmlFor={`${id}-${name}`}>{label}</label>
      <input
        id={`${id}-${name}`}
        className="jp-chard-Input"
        type="text"
        inputMode="decimal"
        value={value}
        aria-invalid={isBad}
        onChange={event => set(event.target.value)}
      />
    </div>
  );
  return (
    <div>
      <p>
        {trans.__(
          'A snapshot stays if one of these rules keeps it, or if a run needs it. An empty field is no rule.'
        )}
      </p>
      {field(
        'last',
        trans.__('Keep the newest of each notebook'),
        last,
        keepLast === null,
        setLast
      )}
      {field(
        'days',
        trans.__('Keep those younger than, in days'),
        days,
        keepWithinDays === null,
        setDays
      )}
      {notebook !== null && (
        <label className="jp-chard-Check">
          <input
            type="checkbox"
            checked={everywhere}
            onChange={event => setEverywhere(event.target.checked)}
          />
          {trans.__('Of all notebooks, not only of %1', notebook)}
        </label>
      )}
      <div role="status" className="jp-chard-Dialog-plan">
        {isWrong ? (
          trans.__('Both are numbers; at least one snapshot of each notebook stays.')
        ) : plan.problem !== null ? (
          plan.problem
        ) : report === null ? (
          trans.__('Looking…')
        ) : isEmpty ? (
          trans.__('No snapshot would go.')
        ) : (
          <>
            <strong>
              {trans._n(
                '%1 snapshot would go, %2 would be freed:',
                '%1 snapshots would go, %2 would be freed:',
                report.removed.length,
                byteSize(report.bytes)
              )}
            </strong>
            <ul tabIndex={0}>
              {report.removed.slice(0, MOST_SHOWN).map(each => {
                const item = snapshots.get(each);
                return (
                  <li key={each}>
                    {item ? `${snapshotName(item)} ${reasonOf(item, trans)}` : each}
                  </li>
                );
              })}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}

/** Undefined for no rule, null for what is none. */
function numberIn(text: string, least: number, isWhole: boolean): number | null | undefined {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= least && (!isWhole || Number.isInteger(value))
    ? value
    : null;
}
