import { downloadLog, type LogLine, type LogMatch } from '@chard/core/protocol/api';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  memo,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent
} from 'react';
import { Button, IconButton, LinkButton } from '../../../controls/button';
import { downIcon, downloadIcon, followIcon, upIcon } from '../../../viewIcons';
import type { ChardApi } from '../../api';
import { useChanges } from '../../useChanges';
import { Nothing, Problem } from '../notice';
import { ansiSegments } from './ansi';
import { LogModel, type Found } from './logModel';
import { logWindow, rowAt, scrollTopOf } from './window';

const ROW_HEIGHT = 18;
/** This near to the end, the log counts as being at its end. */
const NEAR = 4;

interface LogProps {
  readonly api: ChardApi;
  readonly run: string;
  readonly step: string;
  /** Another value follows the log again, for a run that goes on. */
  readonly attempt: string;
  readonly trans: TranslationBundle;
}

/** A step's log as it grows. Only what is on the screen is drawn and kept; it follows the end until a person scrolls up. */
export function Log(props: LogProps) {
  const { api, run, step, trans } = props;
  const model = useLog(props);
  const [following, setFollowing] = useState(true);
  const [found, setFound] = useState<Found | null>(null);
  const [current, setCurrent] = useState(0);
  const view = useRef<LogViewHandle>(null);
  useEffect(() => {
    setFollowing(true);
    setFound(null);
  }, [model]);
  const goTo = (at: number, matches = found?.matches ?? []): void => {
    if (matches.length === 0) return;
    const next = (at + matches.length) % matches.length;
    setCurrent(next);
    setFollowing(false);
    view.current?.reveal(matches[next]!.line.line);
  };
  const search = async (text: string): Promise<void> => {
    if (!model) return;
    if (text === '') return setFound(null);
    const result = await model.search(text, false);
    if (!result) return;
    setFound(result);
    const top = view.current?.top() ?? 0;
    const first = result.matches.findIndex(({ line }) => line.line >= top);
    goTo(Math.max(0, first), result.matches);
  };
  if (!model) return null;
  return (
    <div className="jp-chard-Log">
      <div className="jp-chard-Log-bar">
        <Search
          found={found}
          current={current}
          onSearch={search}
          onNext={() => goTo(current + 1)}
          onPrevious={() => goTo(current - 1)}
          trans={trans}
        />
        <span className="jp-chard-Log-actions">
          <Button
            look="flat"
            icon={followIcon}
            aria-pressed={following}
            title={trans.__('Stay at the end of the log')}
            onClick={() => setFollowing(!following)}
          >
            {model.complete
              ? trans.__('At the end')
              : following
                ? trans.__('Following')
                : trans.__('Follow')}
          </Button>
          <LinkButton
            look="flat"
            icon={downloadIcon}
            href={api.address(downloadLog, { params: { run }, query: { step } })}
            download
            title={trans.__('Downloads the whole log of this step')}
          >
            {trans.__('Download')}
          </LinkButton>
        </span>
      </div>
      {model.problem !== null && <Problem message={model.problem} trans={trans} />}
      {model.loaded && model.total === 0 && (
        <Nothing>
          {model.complete
            ? trans.__('This step has said nothing.')
            : trans.__('This step has said nothing yet.')}
        </Nothing>
      )}
      <LogView
        handle={view}
        model={model}
        following={following}
        onFollowing={setFollowing}
        found={found}
        current={found?.matches[current]?.line.line ?? null}
        label={trans.__('Log of %1', step)}
      />
    </div>
  );
}

/** The log, drawn again once a frame, however often it grows. */
function useLog({ api, run, step, attempt }: LogProps): LogModel | null {
  const [model, setModel] = useState<LogModel | null>(null);
  useEffect(() => {
    const made = new LogModel(api, run, step);
    setModel(made);
    return () => made.dispose();
  }, [run, step, attempt]);
  useChanges(model?.changed ?? null);
  return model;
}

function Search(props: {
  readonly found: Found | null;
  readonly current: number;
  readonly onSearch: (text: string) => Promise<void>;
  readonly onNext: () => void;
  readonly onPrevious: () => void;
  readonly trans: TranslationBundle;
}) {
  const { found, current, trans } = props;
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      if (found?.text === text) return event.shiftKey ? props.onPrevious() : props.onNext();
      setProblem(null);
      props.onSearch(text).catch((error: Error) => setProblem(error.message));
    } else if (event.key === 'Escape' && text !== '') {
      event.stopPropagation();
      setText('');
      void props.onSearch('');
    }
  };
  const count = found?.matches.length ?? 0;
  return (
    <div className="jp-chard-Log-search" role="search">
      <input
        type="search"
        className="jp-chard-Input"
        placeholder={trans.__('Find in the log')}
        aria-label={trans.__('Find in the log')}
        title={trans.__('Enter finds, and goes on to the next; Shift Enter goes back')}
        value={text}
        onChange={event => {
          setText(event.target.value);
          if (event.target.value === '') void props.onSearch('');
        }}
        onKeyDown={onKeyDown}
      />
      {found && (
        <>
          <IconButton
            icon={upIcon}
            label={trans.__('Previous match')}
            disabled={count === 0}
            onClick={props.onPrevious}
          />
          <IconButton
            icon={downIcon}
            label={trans.__('Next match')}
            disabled={count === 0}
            onClick={props.onNext}
          />
        </>
      )}
      <span className="jp-chard-hint" role="status">
        {problem ??
          (found
            ? count === 0
              ? trans.__('not found')
              : trans.__(
                  found.isAll ? '%1 of %2' : '%1 of the first %2',
                  current + 1,
                  count.toLocaleString()
                )
            : '')}
      </span>
    </div>
  );
}

interface LogViewHandle {
  /** The line at the top. */
  top(): number;
  /** Brings a line to the middle of the view. */
  reveal(line: number): void;
}

/** The lines on the screen, out of any number. */
function LogView(props: {
  readonly handle: React.MutableRefObject<LogViewHandle | null>;
  readonly model: LogModel;
  readonly following: boolean;
  readonly onFollowing: (following: boolean) => void;
  readonly found: Found | null;
  readonly current: number | null;
  readonly label: string;
}) {
  const { handle, model, following, onFollowing, found } = props;
  const { total } = model;
  const scroller = useRef<HTMLDivElement>(null);
  const [scrollTop, setScrollTop] = useState(0);
  const [viewHeight, setViewHeight] = useState(300);
  // What this code scrolls is no wish of the person's.
  const own = useRef<number | null>(null);
  const scrollTo = useCallback((wanted: number): void => {
    const node = scroller.current;
    if (!node) return;
    node.scrollTop = wanted;
    own.current = node.scrollTop;
    setScrollTop(node.scrollTop);
  }, []);
  useEffect(() => {
    const node = scroller.current!;
    const observer = new ResizeObserver(() => setViewHeight(node.clientHeight));
    observer.observe(node);
    return () => observer.disconnect();
  }, []);
  const size = { total, rowHeight: ROW_HEIGHT, viewHeight };
  const end = scrollTopOf(total, size);
  // Whoever follows is drawn at the end at once, not where the end was a moment ago.
  const input = { ...size, scrollTop: following ? end : scrollTop };
  const shown = logWindow(input);
  useLayoutEffect(() => {
    if (following) scrollTo(end);
  }, [following, end]);
  useEffect(() => model.need(shown.from, shown.to), [model, shown.from, shown.to, total]);
  handle.current = {
    top: () => Math.floor(rowAt(input)),
    reveal: line => scrollTo(scrollTopOf(line - viewHeight / ROW_HEIGHT / 2, input))
  };
  const marks = useMemo(
    () => new Map<number, LogMatch>(found?.matches.map(match => [match.line.line, match]) ?? []),
    [found]
  );
  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(viewHeight / ROW_HEIGHT) - 1);
    const by = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page }[event.key];
    const to = { Home: 0, End: total }[event.key] ?? (by === undefined ? null : rowAt(input) + by);
    if (to === null) return;
    event.preventDefault();
    onFollowing(to >= total - viewHeight / ROW_HEIGHT);
    scrollTo(scrollTopOf(to, input));
  };
  const rows: React.ReactNode[] = [];
  for (let number = shown.from; number < shown.to; number++) {
    rows.push(
      <Row
        key={number}
        number={number}
        line={model.line(number)}
        match={marks.get(number)}
        isCurrent={number === props.current}
      />
    );
  }
  return (
    <div
      ref={scroller}
      className="jp-chard-Log-lines jp-RenderedText"
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={props.label}
      onKeyDown={move}
      onScroll={event => {
        const node = event.currentTarget;
        const top = node.scrollTop;
        if (own.current !== null && Math.abs(own.current - top) < 1) return;
        own.current = null;
        setScrollTop(top);
        onFollowing(node.scrollHeight - top - node.clientHeight < NEAR);
      }}
    >
      <div style={{ height: shown.height }}>
        <pre style={{ transform: `translateY(${shown.offset}px)` }}>{rows}</pre>
      </div>
    </div>
  );
}

const Row = memo(function Row(props: {
  readonly number: number;
  readonly line: LogLine | undefined;
  readonly match: LogMatch | undefined;
  readonly isCurrent: boolean;
}) {
  const { line, match, isCurrent } = props;
  if (!line) return <span className="jp-chard-Log-line jp-chard-mod-unread">…{'\n'}</span>;
  return (
    <span
      className={`jp-chard-Log-line${isCurrent ? ' jp-chard-mod-current' : ''}`}
      data-stream={line.stream}
    >
      <time aria-hidden>{clock(line.time)}</time>
      {ansiSegments(line.text, match?.ranges, line.style).map(
        ({ text, className, color, background }, at) => (
          <span
            key={at}
            className={className || undefined}
            style={
              color || background
                ? { color: color ?? undefined, background: background ?? undefined }
                : undefined
            }
          >
            {text}
          </span>
        )
      )}
      {line.cut > 0 && <i>{` … +${line.cut.toLocaleString()}`}</i>}
      {'\n'}
    </span>
  );
});

/** `14:32:16.7` */
function clock(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${Math.floor(date.getMilliseconds() / 100)}`;
}
