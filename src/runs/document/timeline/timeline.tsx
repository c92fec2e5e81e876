import { isOver, type RunState, type StepState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { memo, useId, useMemo, useRef } from 'react';
import { caretIcon } from '../../../icons';
import { duration, stepTime, stepTitle, stepWord } from '../../text';
import { stepStatus } from '../../words';
import type { Choosing } from '../graph';
import { useNear } from '../useNear';
import { useNow } from '../useNow';
import { useRowKeys } from '../useRowKeys';
import { timelineOf, type Timeline, type TimelineRow } from './layout';

const percent = (share: number): string => `${share * 100}%`;

/** When each step ran, below the graph. */
export function TimelineView(
  props: Choosing & {
    readonly state: RunState;
    readonly trans: TranslationBundle;
    readonly isOpen: boolean;
    readonly onToggle: () => void;
  }
) {
  const { state, trans, isOpen } = props;
  const now = useNow(!isOver(state.phase));
  const rowsId = useId();
  const timeline = isOpen ? timelineOf(state, now) : null;
  const order = useMemo(() => state.steps.map(({ name }) => name), [state.steps]);
  const { stop, onKeyDown } = useRowKeys(order, props);
  return (
    <section className="jp-chard-Timeline" aria-label={trans.__('Timeline')}>
      <div className="jp-chard-Timeline-head">
        <button
          type="button"
          className="jp-chard-Timeline-toggle"
          aria-expanded={isOpen}
          aria-controls={rowsId}
          onClick={props.onToggle}
        >
          <caretIcon.react tag="span" className="jp-chard-icon" />
          {trans.__('Timeline')}
        </button>
        {timeline && <Axis timeline={timeline} trans={trans} />}
      </div>
      <div id={rowsId} className="jp-chard-Timeline-rows" hidden={!isOpen} onKeyDown={onKeyDown}>
        {timeline && (
          <>
            <div className="jp-chard-Timeline-grid" aria-hidden>
              {timeline.ticks.map(({ at }) => (
                <span key={at} style={{ left: percent(at) }} />
              ))}
              {timeline.now !== null && (
                <span className="jp-chard-mod-now" style={{ left: percent(timeline.now) }} />
              )}
              {timeline.pauses.map(({ at }) => (
                <span key={`p${at}`} className="jp-chard-mod-pause" style={{ left: percent(at) }} />
              ))}
            </div>
            {chunksOf(timeline.rows).map((rows, at) => (
              <Rows
                key={at}
                rows={rows}
                isFirst={at === 0}
                now={now}
                stop={stop}
                selected={props.selected}
                onSelect={props.onSelect}
                trans={trans}
              />
            ))}
          </>
        )}
      </div>
    </section>
  );
}

/** Rows that are drawn together. */
const CHUNK = 50;
const ROW_HEIGHT = 24;

function chunksOf(rows: readonly TimelineRow[]): (readonly TimelineRow[])[] {
  return Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_, at) =>
    rows.slice(at * CHUNK, (at + 1) * CHUNK)
  );
}

/** Some rows: as they are where they can be seen, as high as they are elsewhere. While a run goes on, all bars move. */
function Rows(
  props: Pick<Choosing, 'selected' | 'onSelect'> & {
    readonly rows: readonly TimelineRow[];
    readonly isFirst: boolean;
    readonly now: number;
    readonly stop: string | undefined;
    readonly trans: TranslationBundle;
  }
) {
  const { rows, now } = props;
  const node = useRef<HTMLDivElement>(null);
  const isNear = useNear(node, props.isFirst);
  return (
    <div ref={node} style={isNear ? undefined : { height: rows.length * ROW_HEIGHT }}>
      {isNear &&
        rows.map(({ step, bar }) => (
          <Row
            key={step.name}
            step={step}
            from={bar?.from ?? null}
            to={bar?.to ?? null}
            time={bar ? stepTime(step, now) : ''}
            isSelected={step.name === props.selected}
            isStop={step.name === props.stop}
            onSelect={props.onSelect}
            trans={props.trans}
          />
        ))}
    </div>
  );
}

/** The share of the width that a label takes: one nearer to "now" would lie under it. */
const LABEL_SHARE = 0.07;

function Axis({ timeline, trans }: { timeline: Timeline; trans: TranslationBundle }) {
  return (
    <div className="jp-chard-Timeline-axis" aria-hidden>
      {timeline.ticks
        .filter(({ at }) => timeline.now === null || Math.abs(at - timeline.now) > LABEL_SHARE)
        .map(({ at, milliseconds }) => (
          <span key={at} style={{ left: percent(at) }}>
            {axisTime(milliseconds)}
          </span>
        ))}
      {timeline.now !== null && (
        <span className="jp-chard-mod-now" style={{ left: percent(timeline.now) }}>
          {trans.__('now')}
        </span>
      )}
      {timeline.pauses.map(({ at, milliseconds }) => (
        <span key={`p${at}`} className="jp-chard-mod-pause" style={{ left: percent(at) }}>
          {trans.__('%1 later', duration(milliseconds))}
        </span>
      ))}
    </div>
  );
}

/** Round times: `0 s`, `2.5 s`, `10 s`, `5 min`. */
export function axisTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${Number(seconds.toFixed(2))} s`;
  return seconds < 3600 && seconds % 60 === 0 ? `${seconds / 60} min` : duration(milliseconds);
}

/** Of a thousand rows, those whose step and place did not change are not drawn again. */
const Row = memo(function Row(props: {
  readonly step: StepState;
  /** Of the bar; null without one. */
  readonly from: number | null;
  readonly to: number | null;
  /** How long the step has taken. */
  readonly time: string;
  readonly isSelected: boolean;
  readonly isStop: boolean;
  readonly onSelect: (name: string) => void;
  readonly trans: TranslationBundle;
}) {
  const { step, from, to, time, trans, onSelect } = props;
  const status = stepStatus(step, trans);
  const Icon = status.icon;
  const said =
    from === null || to === null
      ? step.phase === 'pending'
        ? trans.__('waiting')
        : [stepWord(step, trans), step.why].filter(Boolean).join(': ')
      : step.cached
        ? trans.__('reused')
        : step.phase === 'succeeded'
          ? time
          : [stepWord(step, trans), time].filter(Boolean).join(', ');
  return (
    <button
      type="button"
      className="jp-chard-Timeline-row"
      data-row={step.name}
      tabIndex={props.isStop ? 0 : -1}
      data-tone={status.tone}
      aria-pressed={props.isSelected}
      onClick={() => onSelect(step.name)}
    >
      <span className="jp-chard-Timeline-name">
        <Icon.react tag="span" className="jp-chard-icon" />
        <span>{stepTitle(step.name, trans)}</span>
      </span>
      <span className="jp-chard-Timeline-track">
        {from !== null && to !== null && (
          <span
            className={`jp-chard-Timeline-bar${step.cached ? ' jp-chard-mod-reused' : ''}`}
            style={{ left: percent(from), width: percent(to - from) }}
          />
        )}
        <span className="jp-chard-Timeline-said" style={{ left: percent(to ?? 0) }}>
          {said}
        </span>
      </span>
    </button>
  );
});
