import { useCallback, useEffect, useState } from 'react';
import { ApiError } from './api';

/** The server may be back: it is asked again by itself so often. */
const WAIT_MS = 3_000;
const PASSING = new Set(['offline', 'no-companion', 'server-unavailable']);

export interface Answered<T> {
  /** The last one that was given; null before the first. */
  readonly answer: T | null;
  /** Why there is none, or why it may be old. */
  readonly problem: string | null;
  again(): void;
}

/**
 * Asks whenever `key` changes. While the server cannot be reached it is asked again by itself; the last answer stays until
 * another thing is asked for.
 * @param subject what is asked for; where it changes, the last answer is of something else
 */
export function useAnswer<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  subject: string,
  revision = ''
): Answered<T> {
  const [state, setState] = useState<{ subject: string; answer: T | null; problem: string | null }>(
    { subject, answer: null, problem: null }
  );
  const [tries, setTries] = useState(0);
  const again = useCallback(() => setTries(count => count + 1), []);
  useEffect(() => {
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    ask(end.signal).then(
      answer => {
        if (!end.signal.aborted) setState({ subject, answer, problem: null });
      },
      (error: Error) => {
        if (end.signal.aborted) return;
        setState(known => ({
          subject,
          answer: known.subject === subject ? known.answer : null,
          problem: error.message
        }));
        if (error instanceof ApiError && PASSING.has(error.code))
          timer = setTimeout(again, WAIT_MS);
      }
    );
    return () => {
      end.abort();
      if (timer !== null) clearTimeout(timer);
    };
  }, [subject, revision, tries]);
  const isSame = state.subject === subject;
  return {
    answer: isSame ? state.answer : null,
    problem: isSame ? state.problem : null,
    again
  };
}
