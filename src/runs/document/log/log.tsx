import { followLog, type LogLine } from '@chard/core/protocol/api';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { renderText } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useEffect, useRef, useState } from 'react';
import type { ChardApi } from './api';

/** What is shown of a log: its end. The whole of it is a download. */
const TAIL = 500;

/** A step's log as it grows; it stays at the end until a person scrolls up. */
export function Log(props: {
  readonly api: ChardApi;
  readonly run: string;
  readonly step: string;
  /** Another value follows the log again, for a run that goes on. */
  readonly attempt: string;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
}) {
  const { api, run, step, rendermime, trans } = props;
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [total, setTotal] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const end = new AbortController();
    const follow = async (): Promise<void> => {
      const input = { params: { run }, query: { step, tail: TAIL } };
      for await (const growth of api.follow(followLog, input, end.signal)) {
        setTotal(growth.total);
        setLines(known => merge(known, growth.lines));
        setProblem(null);
      }
    };
    setLines([]);
    follow().catch((error: Error) => {
      if (!end.signal.aborted) setProblem(error.message);
    });
    return () => end.abort();
  }, [run, step, props.attempt]);
  useEffect(() => {
    if (!host.current) return;
    const source = lines.map(({ text }) => text).join('\n');
    void renderText({ host: host.current, sanitizer: rendermime.sanitizer, source }).then(() => {
      const node = scroller.current;
      if (node && atEnd.current) node.scrollTop = node.scrollHeight;
    });
  }, [lines]);
  return (
    <div className="jp-chard-Log">
      {problem !== null && <p role="alert">{problem}</p>}
      {total > lines.length && (
        <p className="jp-chard-hint">{trans.__('The last %1 of %2 lines.', lines.length, total)}</p>
      )}
      {total === 0 && problem === null && (
        <p className="jp-chard-hint">{trans.__('This step has said nothing.')}</p>
      )}
      <div
        ref={scroller}
        className="jp-chard-Log-lines jp-RenderedText"
        tabIndex={0}
        role="log"
        aria-label={trans.__('Log of %1', step)}
        onScroll={event => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          atEnd.current = scrollHeight - scrollTop - clientHeight < 8;
        }}
      >
        <div ref={host} />
      </div>
    </div>
  );
}

/** New lines replace those with their numbers; only the last ones are kept. */
export function merge(known: readonly LogLine[], grown: readonly LogLine[]): readonly LogLine[] {
  const [first] = grown;
  if (!first) return known;
  return [...known.filter(({ line }) => line < first.line), ...grown].slice(-TAIL);
}
