import { duration, shortTime } from '../text';

/** When something began and how long it took, or has taken until now; the whole date in its tooltip. All in milliseconds since 1970. */
export function TimeTaken(props: {
  readonly started: number;
  /** Null while it goes on. */
  readonly finished: number | null;
  readonly now: number;
}) {
  const { started, finished, now } = props;
  return (
    <span className="jp-chard-hint jp-chard-Run-time" title={new Date(started).toLocaleString()}>
      {shortTime(started)} · {duration(Math.max(0, (finished ?? now) - started))}
    </span>
  );
}
