import { isOver, type RunState } from '@chard/core/run';
import type { TranslationBundle } from '@jupyterlab/translation';
import { useId } from 'react';
import { caretIcon } from '../../../icons';
import { duration, stepTime, stepTitle, stepWord } from '../../text';
import { stepStatus } from '../../words';
import type { Choosing } from '../graph';
import { useNow } from '../useNow';
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
      <div id={rowsId} className="jp-chard-Timeline-rows" hidden={!isOpen}>
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
            {timeline.rows.map(row => (
              <Row key={row.step.name} {...props} row={row} now={now} />
            ))}
          </>
        )}
      </div>
    </section>
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

function Row(props: Choosing & { row: TimelineRow; now: number; trans: TranslationBundle }) {
  const { row, now, trans, selected, onSelect } = props;
  const { step, bar } = row;
  const status = stepStatus(step, trans);
  const Icon = status.icon;
  const said =
    bar === null
      ? step.phase === 'pending'
        ? trans.__('waiting')
        : [stepWord(step, trans), step.why].filter(Boolean).join(': ')
      : step.cached
        ? trans.__('reused')
        : step.phase === 'succeeded'
          ? stepTime(step, now)
          : [stepWord(step, trans), stepTime(step, now)].filter(Boolean).join(', ');
  return (
    <button
      type="button"
      className="jp-chard-Timeline-row"
      data-tone={status.tone}
      aria-pressed={step.name === selected}
      onClick={() => onSelect(step.name)}
    >
      <span className="jp-chard-Timeline-name">
        <Icon.react tag="span" className="jp-chard-icon" />
        <span>{stepTitle(step.name, trans)}</span>
      </span>
      <span className="jp-chard-Timeline-track">
        {bar && (
          <span
            className={`jp-chard-Timeline-bar${step.cached ? ' jp-chard-mod-reused' : ''}`}
            style={{ left: percent(bar.from), width: percent(bar.to - bar.from) }}
          />
        )}
        <span className="jp-chard-Timeline-said" style={{ left: percent(bar?.to ?? 0) }}>
          {said}
        </span>
      </span>
    </button>
  );
}
