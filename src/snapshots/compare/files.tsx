import { compareSnapshots } from '@chard/core/protocol/api';
import { printableName, type EntryAspect, type EntryChange } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useState } from 'react';
import { Button } from '../../controls/button';
import { Nothing, Problem } from '../../runs/document/notice';
import { useAnswer } from '../../runs/useAnswer';
import type { SnapshotServices } from '../document/widget';
import type { NotebookPlace } from './cells';

type How = EntryChange['how'];

const PAGE = 1000;
const PAUSE_MS = 250;

/** Which files differ: the sums in a sentence, then each, filtered by what is looked for. */
export function Files(
  props: SnapshotServices & {
    readonly ids: readonly [string, string];
    /** Shows the cells of a notebook that differs. */
    readonly onNotebook: (place: NotebookPlace) => void;
  }
) {
  const { snapshots, ids, onNotebook, trans } = props;
  const [how, setHow] = useState<How | 'all'>('all');
  const [typed, setTyped] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const text = usePause(typed);
  const [before, after] = ids;
  const { answer, problem, again } = useAnswer(
    signal => {
      const body = { before, after, how: how === 'all' ? [] : [how], text, limit };
      return snapshots.runs.api.ask(compareSnapshots, { params: {}, query: {}, body }, signal);
    },
    ids.join(),
    `${how} ${limit} ${text}`
  );
  return (
    <>
      <h2 className="jp-chard-Compare-headline" role="status">
        {answer === null ? trans.__('Comparing the files…') : headline(answer.sums, trans)}
      </h2>
      {problem !== null && <Problem message={problem} onAgain={again} trans={trans} />}
      {answer !== null && total(answer.sums) > 0 && (
        <section className="jp-chard-Card jp-chard-Changes">
          <h3>
            {trans.__('Files')}
            <input
              className="jp-chard-Input"
              type="search"
              placeholder={trans.__('Part of a path')}
              aria-label={trans.__('Find files by path')}
              value={typed}
              onChange={event => setTyped(event.target.value)}
            />
            <select
              className="jp-chard-Select"
              aria-label={trans.__('Kind of difference')}
              value={how}
              onChange={event => setHow(event.target.value as How | 'all')}
            >
              <option value="all">{trans.__('All')}</option>
              <option value="added">{trans.__('Added (%1)', answer.sums.added.count)}</option>
              <option value="changed">{trans.__('Changed (%1)', answer.sums.changed.count)}</option>
              <option value="removed">{trans.__('Removed (%1)', answer.sums.removed.count)}</option>
            </select>
          </h3>
          {answer.found === 0 ? (
            <Nothing>{trans.__('No file is like this.')}</Nothing>
          ) : (
            <table className="jp-chard-Table">
              <thead>
                <tr>
                  <th scope="col">{trans.__('File')}</th>
                  <th scope="col">{trans.__('What')}</th>
                  <th scope="col" className="jp-chard-Table-number">
                    {trans.__('Before')}
                  </th>
                  <th scope="col" className="jp-chard-Table-number">
                    {trans.__('After')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {answer.changes.map(change => (
                  <Row
                    key={`${change.source} ${change.path}`}
                    change={change}
                    onNotebook={onNotebook}
                    trans={trans}
                  />
                ))}
              </tbody>
            </table>
          )}
          {answer.found > answer.changes.length && (
            <Button look="link" onClick={() => setLimit(limit + PAGE)}>
              {trans.__('Show more of %1', answer.found.toLocaleString())}
            </Button>
          )}
        </section>
      )}
    </>
  );
}

function Row(props: {
  readonly change: EntryChange;
  readonly onNotebook: (place: NotebookPlace) => void;
  readonly trans: TranslationBundle;
}) {
  const { change, onNotebook, trans } = props;
  const { source, path, how, aspects, before, after } = change;
  const name = printableName(`${source}/${path}`);
  const isNotebook = how === 'changed' && path.endsWith('.ipynb') && aspects.includes('content');
  const size = (entry: EntryChange['before']): string =>
    entry === null
      ? '–'
      : entry.kind === 'file'
        ? byteSize(entry.size)
        : kindWord(entry.kind, trans);
  return (
    <tr data-how={how}>
      <td>
        {isNotebook ? (
          <Button
            look="inline"
            title={trans.__('Compare its cells')}
            onClick={() => onNotebook({ source, path })}
          >
            {name}
          </Button>
        ) : (
          name
        )}
      </td>
      <td>
        <span className="jp-chard-How" data-how={how}>
          {HOW_SIGN[how]} {howWord(how, trans)}
        </span>
        {how === 'changed' && (
          <span className="jp-chard-hint">
            {' '}
            {aspects.map(each => aspectWord(each, trans)).join(', ')}
          </span>
        )}
      </td>
      <td className="jp-chard-Table-number">{size(before)}</td>
      <td className="jp-chard-Table-number">{size(after)}</td>
    </tr>
  );
}

type Sums = Readonly<Record<How, { readonly count: number; readonly bytes: number }>>;

function total({ added, changed, removed }: Sums): number {
  return added.count + changed.count + removed.count;
}

/** `2 added (1.2 MB), 1 changed (300 B more), 3 removed (4 KB)`. */
function headline(sums: Sums, trans: TranslationBundle): string {
  if (total(sums) === 0) return trans.__('The files are the same.');
  const { added, changed, removed } = sums;
  const grown = byteSize(Math.abs(changed.bytes));
  const parts = [
    added.count > 0 &&
      trans.__('%1 added (%2)', added.count.toLocaleString(), byteSize(added.bytes)),
    changed.count > 0 &&
      (changed.bytes < 0
        ? trans.__('%1 changed (%2 less)', changed.count.toLocaleString(), grown)
        : trans.__('%1 changed (%2 more)', changed.count.toLocaleString(), grown)),
    removed.count > 0 &&
      trans.__('%1 removed (%2)', removed.count.toLocaleString(), byteSize(removed.bytes))
  ];
  return parts.filter(part => part !== false).join(', ');
}

const HOW_SIGN: Readonly<Record<How, string>> = { added: '+', changed: '~', removed: '−' };

function howWord(how: How, trans: TranslationBundle): string {
  return { added: trans.__('added'), changed: trans.__('changed'), removed: trans.__('removed') }[
    how
  ];
}

function kindWord(kind: 'folder' | 'link', trans: TranslationBundle): string {
  return kind === 'folder' ? trans.__('folder') : trans.__('link');
}

function aspectWord(aspect: EntryAspect, trans: TranslationBundle): string {
  return {
    kind: trans.__('kind'),
    content: trans.__('content'),
    mode: trans.__('permissions'),
    target: trans.__('target'),
    attributes: trans.__('attributes'),
    modified: trans.__('time')
  }[aspect];
}

/** What was typed, once it rests. */
function usePause(typed: string): string {
  const [text, setText] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setText(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return text;
}
