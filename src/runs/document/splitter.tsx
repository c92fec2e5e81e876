import { useRef, type KeyboardEvent, type PointerEvent } from 'react';

const KEY_STEP = 24;

/** Moves the border between two parts by pointer or arrow keys. `size` is that of the part behind it, in pixels. */
export function Splitter(props: {
  readonly label: string;
  readonly size: number;
  readonly least: number;
  readonly most: number;
  readonly onSize: (size: number) => void;
}) {
  const { label, size, least, most, onSize } = props;
  const grip = useRef<{ x: number; size: number } | null>(null);
  const resize = (wanted: number): void => onSize(Math.max(least, Math.min(most, wanted)));
  return (
    <div
      className="jp-chard-Splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={Math.round(size)}
      aria-valuemin={least}
      aria-valuemax={Math.round(most)}
      tabIndex={0}
      onKeyDown={(event: KeyboardEvent) => {
        const by = { ArrowLeft: KEY_STEP, ArrowRight: -KEY_STEP }[event.key];
        if (by === undefined || event.ctrlKey || event.altKey) return;
        event.preventDefault();
        resize(size + by);
      }}
      onPointerDown={(event: PointerEvent<HTMLDivElement>) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        grip.current = { x: event.clientX, size };
      }}
      onPointerMove={event => {
        if (grip.current) resize(grip.current.size + grip.current.x - event.clientX);
      }}
      onPointerUp={() => (grip.current = null)}
      onPointerCancel={() => (grip.current = null)}
    />
  );
}
