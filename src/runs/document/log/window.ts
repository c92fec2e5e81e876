/** What of a list of equally high rows is drawn: a million of them cost what the screen holds. */
export interface LogWindow {
  /** First row drawn, and the row after the last. */
  readonly from: number;
  readonly to: number;
  /** Where the first drawn row stands below the top of the scrolled content, in pixels. */
  readonly offset: number;
  /** Height of the scrolled content, in pixels. */
  readonly height: number;
}

export interface WindowInput {
  readonly total: number;
  readonly rowHeight: number;
  readonly scrollTop: number;
  readonly viewHeight: number;
}

/** Browsers lay nothing out beyond some ten million pixels; from here on the scroll bar moves in larger steps. */
export const TALLEST = 8_000_000;
const OVERSCAN = 12;

/** The rows to draw at a place of the scroll bar. */
export function logWindow(input: WindowInput): LogWindow {
  const { total, rowHeight, scrollTop, viewHeight } = input;
  const height = contentHeight(total, rowHeight);
  const first = rowAt(input);
  const visible = Math.ceil(viewHeight / rowHeight) + 1;
  const from = Math.max(0, Math.floor(first) - OVERSCAN);
  const to = Math.min(total, Math.floor(first) + visible + OVERSCAN);
  return { from, to, offset: scrollTop - (first - from) * rowHeight, height };
}

/** At most so many rows are drawn at a time. */
export function windowRows(viewHeight: number, rowHeight: number): number {
  return Math.ceil(viewHeight / rowHeight) + 1 + 2 * OVERSCAN;
}

/** The row at the top of the view; its fraction is the part that is scrolled out. */
export function rowAt({ total, rowHeight, scrollTop, viewHeight }: WindowInput): number {
  const height = contentHeight(total, rowHeight);
  const most = Math.max(0, height - viewHeight);
  if (most === 0) return 0;
  return (clamp(scrollTop, 0, most) / most) * lastTopRow(total, rowHeight, viewHeight);
}

/** Where the scroll bar stands when this row is at the top of the view, as far as there are rows below. */
export function scrollTopOf(row: number, input: Omit<WindowInput, 'scrollTop'>): number {
  const { total, rowHeight, viewHeight } = input;
  const last = lastTopRow(total, rowHeight, viewHeight);
  if (last === 0) return 0;
  const most = contentHeight(total, rowHeight) - viewHeight;
  return (clamp(row, 0, last) / last) * most;
}

function contentHeight(total: number, rowHeight: number): number {
  return Math.min(TALLEST, total * rowHeight);
}

function lastTopRow(total: number, rowHeight: number, viewHeight: number): number {
  return Math.max(0, total - viewHeight / rowHeight);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
