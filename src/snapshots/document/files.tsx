import { getSnapshotFile, listSnapshotFiles } from '@chard/core/protocol/api';
import { printableName, type SnapshotEntry } from '@chard/core/snapshot';
import { byteSize } from '@chard/core/text';
import type { TranslationBundle } from '@jupyterlab/translation';
import { fileIcon, folderIcon } from '@jupyterlab/ui-components';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../controls/button';
import { linkIcon } from '../../icons';
import { Nothing, Problem } from '../../runs/document/notice';
import { shortTime } from '../../runs/text';
import { useAnswer } from '../../runs/useAnswer';
import type { Snapshots } from '../snapshots';

const PAGE = 500;
const NANOSECONDS = 1_000_000n;

interface FilesProps {
  readonly snapshots: Snapshots;
  readonly id: string;
  readonly source: string;
  /** What the source's own folder is called. */
  readonly title: string;
  /** Paths of files and folders, of any folder of the source. */
  readonly chosen: readonly string[];
  readonly onChosen: (chosen: readonly string[]) => void;
  readonly trans: TranslationBundle;
}

/** The files of one source, folder by folder, as many of a folder as a person wants to see. */
export function Files(props: FilesProps) {
  const { snapshots, id, source, title, chosen, onChosen, trans } = props;
  const { api } = snapshots.runs;
  const [folder, setFolder] = useState('');
  const [older, setOlder] = useState<readonly SnapshotEntry[]>([]);
  const [hasMoved, setMoved] = useState(false);
  const path = useRef<HTMLElement>(null);
  const behind = older.at(-1)?.path;
  const { answer, problem, again } = useAnswer(
    signal => {
      const query = { source, folder, limit: PAGE, ...(behind !== undefined && { behind }) };
      const input = { params: { snapshot: id }, query, body: {} };
      return api.ask(listSnapshotFiles, input, signal);
    },
    `${id} ${source} ${folder}`,
    behind ?? ''
  );
  // What has just come may still be the page before.
  const page = (answer?.entries ?? []).filter(
    entry => !older.some(each => each.path === entry.path)
  );
  const entries = [...older, ...page];
  useEffect(() => {
    // The button that led here is gone: who works with the keyboard goes on from the path.
    if (hasMoved) path.current?.querySelector<HTMLElement>('[aria-current]')?.focus();
  }, [folder, hasMoved]);
  const enter = (next: string): void => {
    setFolder(next);
    setOlder([]);
    setMoved(true);
  };
  const choose = (entry: string, isChosen: boolean): void =>
    onChosen(isChosen ? [...chosen, entry] : chosen.filter(each => each !== entry));
  const parts = folder === '' ? [] : folder.split('/');
  return (
    <div className="jp-chard-Compare-body">
      <nav ref={path} className="jp-chard-Snapshot-path" aria-label={trans.__('Folder')}>
        {['', ...parts].map((part, at) => {
          const here = parts.slice(0, at).join('/');
          const isLast = at === parts.length;
          return (
            <span key={here}>
              {at > 0 && <span aria-hidden> / </span>}
              <Button
                look="link"
                aria-current={isLast ? 'location' : undefined}
                onClick={() => !isLast && enter(here)}
              >
                {at === 0 ? title : printableName(part)}
              </Button>
            </span>
          );
        })}
      </nav>
      {problem !== null && <Problem message={problem} onAgain={again} trans={trans} />}
      {answer === null && problem === null && <Nothing>{trans.__('Reading the folder…')}</Nothing>}
      {answer !== null && entries.length === 0 && (
        <Nothing>{trans.__('The folder is empty.')}</Nothing>
      )}
      {entries.length > 0 && (
        <table className="jp-chard-Table jp-chard-Snapshot-files">
          <thead>
            <tr>
              <th scope="col">{trans.__('Name')}</th>
              <th scope="col" className="jp-chard-Table-number">
                {trans.__('Size')}
              </th>
              <th scope="col" className="jp-chard-Table-number">
                {trans.__('Changed')}
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map(entry => (
              <Row
                key={entry.path}
                entry={entry}
                address={api.address(getSnapshotFile, {
                  params: { snapshot: id },
                  query: { source, path: entry.path }
                })}
                isChosen={chosen.includes(entry.path)}
                onChosen={isChosen => choose(entry.path, isChosen)}
                onEnter={() => enter(entry.path)}
                trans={trans}
              />
            ))}
          </tbody>
        </table>
      )}
      {answer?.isMore === true && page.length > 0 && (
        <Button look="link" onClick={() => setOlder(entries)}>
          {trans._n('Show %1 more', 'Show %1 more', PAGE)}
        </Button>
      )}
    </div>
  );
}

function Row(props: {
  readonly entry: SnapshotEntry;
  /** Where the browser gets the content from. */
  readonly address: string;
  readonly isChosen: boolean;
  readonly onChosen: (isChosen: boolean) => void;
  readonly onEnter: () => void;
  readonly trans: TranslationBundle;
}) {
  const { entry, address, isChosen, onChosen, onEnter, trans } = props;
  const { kind, path, target, size, modified } = entry;
  const name = printableName(path.slice(path.lastIndexOf('/') + 1));
  const Icon = { file: fileIcon, folder: folderIcon, link: linkIcon }[kind];
  return (
    <tr>
      <td>
        <span className="jp-chard-Snapshot-entry">
          <input
            type="checkbox"
            aria-label={trans.__('Choose %1', name)}
            checked={isChosen}
            onChange={event => onChosen(event.target.checked)}
          />
          <Icon.react tag="span" className="jp-chard-icon" />
          {kind === 'folder' && (
            <Button look="link" onClick={onEnter}>
              {name}
            </Button>
          )}
          {kind === 'file' && (
            <a href={address} download title={trans.__('Download')}>
              {name}
            </a>
          )}
          {kind === 'link' && `${name} → ${printableName(target ?? '')}`}
        </span>
      </td>
      <td className="jp-chard-Table-number">{kind === 'file' ? byteSize(size) : ''}</td>
      <td className="jp-chard-Table-number">{shortTime(Number(BigInt(modified) / NANOSECONDS))}</td>
    </tr>
  );
}
