import {
  compareNotebooks,
  UnreadableNotebook,
  type CellAspect,
  type ComparedCell,
  type LineSide,
  type NotebookComparison
} from '@chard/core/notebook/comparison';
import { getSnapshot, getSnapshotFile } from '@chard/core/protocol/api';
import { printableName } from '@chard/core/snapshot';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useState } from 'react';
import { Button } from '../../controls/button';
import { Nothing, Problem } from '../../runs/document/notice';
import { useAnswer } from '../../runs/useAnswer';
import type { SnapshotServices } from '../document/widget';

/** A notebook within a snapshot. */
export interface NotebookPlace {
  readonly source: string;
  readonly path: string;
}

interface Read {
  readonly name: string;
  readonly comparison: NotebookComparison | null;
  /** Why there is none. */
  readonly problem: string | null;
}

/** The cells of the snapshots' notebook side by side, or of another one that differs. */
export function Cells(
  props: SnapshotServices & {
    readonly ids: readonly [string, string];
    /** The one that was chosen; null for the snapshots' own. */
    readonly notebook: NotebookPlace | null;
    readonly onNotebook: (place: NotebookPlace | null) => void;
  }
) {
  const { snapshots, ids, notebook, onNotebook, trans } = props;
  const [showsSame, setShowsSame] = useState(false);
  const { api } = snapshots.runs;
  const [before, after] = ids;
  const { answer, problem, again } = useAnswer(
    async (signal): Promise<Read | null> => {
      const placeIn = async (snapshot: string): Promise<NotebookPlace | null> =>
        notebook ??
        (await api.ask(getSnapshot, { params: { snapshot }, query: {}, body: {} }, signal))
          .notebook;
      const [old, now] = [await placeIn(before), await placeIn(after)];
      if (old === null || now === null) return null;
      const read = (snapshot: string, query: NotebookPlace): Promise<string> =>
        api.read(getSnapshotFile, { params: { snapshot }, query }, signal);
      const texts = await Promise.all([read(before, old), read(after, now)]);
      const name = old.path === now.path ? now.path : `${old.path} → ${now.path}`;
      try {
        return { name, comparison: compareNotebooks(...texts), problem: null };
      } catch (error) {
        if (!(error instanceof UnreadableNotebook)) throw error;
        return { name, comparison: null, problem: error.message };
      }
    },
    `${ids.join()} ${notebook?.source ?? ''} ${notebook?.path ?? ''}`
  );
  if (problem !== null) return <Problem message={problem} onAgain={again} trans={trans} />;
  if (answer === null) return null;
  const { name, comparison } = answer;
  const cells = comparison?.cells ?? [];
  const same = cells.filter(({ how, isMoved }) => how === 'same' && !isMoved).length;
  return (
    <section className="jp-chard-Card jp-chard-Cells">
      <h3>
        {printableName(name)}
        <span className="jp-chard-hint" role="status">
          {comparison === null ? answer.problem : cellsInWords(cells, trans)}
        </span>
        {notebook !== null && (
          <Button look="link" onClick={() => onNotebook(null)}>
            {trans.__('Back to the snapshots’ own notebook')}
          </Button>
        )}
        {same > 0 && (
          <label className="jp-chard-Check">
            <input
              type="checkbox"
              checked={showsSame}
              onChange={event => setShowsSame(event.target.checked)}
            />
            {trans._n('Show %1 cell that is the same', 'Show %1 cells that are the same', same)}
          </label>
        )}
      </h3>
      {comparison !== null && cells.length === 0 && (
        <Nothing>{trans.__('Neither has a cell.')}</Nothing>
      )}
      {cells
        .filter(({ how, isMoved }) => showsSame || how !== 'same' || isMoved)
        .map(cell => (
          <CellView
            key={`${cell.before?.index ?? ''}>${cell.after?.index ?? ''}`}
            cell={cell}
            trans={trans}
          />
        ))}
    </section>
  );
}

function CellView({
  cell,
  trans
}: {
  readonly cell: ComparedCell;
  readonly trans: TranslationBundle;
}) {
  const { how, before, after, lines } = cell;
  const shown = after ?? before!;
  return (
    <article className="jp-chard-ComparedCell" data-how={how} aria-label={cellTitle(cell, trans)}>
      <h4>
        <span className="jp-chard-How" data-how={how}>
          {cellTitle(cell, trans)}
        </span>
        <span className="jp-chard-hint">{aspectsInWords(cell, trans)}</span>
      </h4>
      {lines.length === 0 ? (
        how !== 'outputs' && <pre tabIndex={0}>{shown.source}</pre>
      ) : (
        <div className="jp-chard-Lines" tabIndex={0}>
          <table>
            <thead className="jp-chard-mod-hidden">
              <tr>
                <th scope="col">{trans.__('Line before')}</th>
                <th scope="col">{trans.__('Before')}</th>
                <th scope="col">{trans.__('Line after')}</th>
                <th scope="col">{trans.__('After')}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((row, at) => (
                <tr key={at} data-how={row.how}>
                  <Side
                    side={row.before}
                    sign={row.how === 'same' ? ' ' : '−'}
                    word={trans.__('removed')}
                  />
                  <Side
                    side={row.after}
                    sign={row.how === 'same' ? ' ' : '+'}
                    word={trans.__('added')}
                  />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </article>
  );
}

function Side(props: {
  readonly side: LineSide | null;
  readonly sign: string;
  readonly word: string;
}) {
  const { side, sign, word } = props;
  if (side === null) {
    return (
      <>
        <td className="jp-chard-Lines-number" />
        <td className="jp-chard-Lines-none" />
      </>
    );
  }
  return (
    <>
      <td className="jp-chard-Lines-number">{side.number}</td>
      <td>
        <span aria-label={sign === ' ' ? undefined : word} role={sign === ' ' ? undefined : 'img'}>
          {sign}
        </span>{' '}
        {side.parts.map((part, at) =>
          part.differs ? <mark key={at}>{part.text}</mark> : part.text
        )}
      </td>
    </>
  );
}

/** `Cell 3 changed`, `Cell 5 moved from 2`: places count from 1, as people count. */
function cellTitle(
  { how, isMoved, before, after }: ComparedCell,
  trans: TranslationBundle
): string {
  const [from, to] = [(before?.index ?? 0) + 1, (after?.index ?? 0) + 1];
  if (how === 'added') return trans.__('+ Cell %1 added', to);
  if (how === 'removed') return trans.__('− Cell %1 removed', from);
  if (isMoved && how === 'same') return trans.__('↕ Cell %1 moved from %2', to, from);
  if (isMoved) return trans.__('↕ Cell %1 moved from %2 and changed', to, from);
  if (how === 'outputs') return trans.__('Cell %1: only its outputs are others', to);
  return how === 'same' ? trans.__('Cell %1', to) : trans.__('~ Cell %1 changed', to);
}

function aspectsInWords(
  { how, aspects, before, after }: ComparedCell,
  trans: TranslationBundle
): string {
  if (how !== 'changed') return '';
  const words: Record<CellAspect, string> = {
    source: trans.__('source'),
    type: trans.__('%1 → %2', before?.type ?? '', after?.type ?? ''),
    tags: trans.__(
      'tags: %1 → %2',
      before?.tags.join(', ') || trans.__('none'),
      after?.tags.join(', ') || trans.__('none')
    ),
    metadata: trans.__('settings'),
    outputs: trans.__('outputs')
  };
  return aspects.map(aspect => words[aspect]).join('; ');
}

function cellsInWords(cells: readonly ComparedCell[], trans: TranslationBundle): string {
  const count = (how: ComparedCell['how']): number => cells.filter(cell => cell.how === how).length;
  const moved = cells.filter(({ isMoved }) => isMoved).length;
  const parts = [
    [count('changed'), trans.__('changed')],
    [count('added'), trans.__('added')],
    [count('removed'), trans.__('removed')],
    [moved, trans.__('moved')],
    [count('outputs'), trans.__('with other outputs only')]
  ] as const;
  const said = parts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  return said.length === 0
    ? trans.__('all cells are the same')
    : trans.__('cells: %1', said.join(', '));
}
