import {
  LastingNotification,
  SHOWN_MS,
  SILENTLY,
  SOON_MS,
  type Notifier
} from './lastingNotification';
import type { Notice } from './notice';

const running = (message: string): Notice => ({ type: 'in-progress', goesOn: true, message });
const over: Notice = { type: 'success', goesOn: false, message: 'done' };

function setUp() {
  let now = 0;
  let isShown = true;
  const told: unknown[] = [];
  const notifier: Notifier = {
    emit: (message, type, options) => {
      told.push(['emit', message, type, options?.autoClose]);
      return 'n';
    },
    update: ({ id, message, autoClose }) => {
      told.push(['update', id, message, autoClose]);
      return true;
    },
    dismiss: id => void told.push(['dismiss', id])
  };
  let due: (() => void)[] = [];
  const notification = new LastingNotification(
    notifier,
    () => isShown,
    () => now,
    what => due.push(what)
  );
  const pass = (milliseconds: number): void => {
    now += milliseconds;
    const looks = due;
    due = [];
    for (const look of looks) look();
  };
  return {
    told,
    tell: (notice: Notice, isSeen = false) => notification.tell(notice, [], isSeen),
    pass,
    hide: () => (isShown = false),
    show: () => (isShown = true)
  };
}

it('shows itself at the start and the end, and in between only as long as it would have anyway', () => {
  const { told, tell, pass, hide } = setUp();
  tell(running('0 of 2'));
  pass(2_000);
  tell(running('1 of 2'));
  tell(running('1 of 2'));
  pass(10_000);
  hide();
  tell(running('2 of 2'));
  tell(over);
  expect(told).toEqual([
    ['emit', '0 of 2', 'in-progress', SHOWN_MS],
    ['update', 'n', '1 of 2', SHOWN_MS - 2_000],
    ['update', 'n', '2 of 2', SILENTLY],
    ['update', 'n', 'done', SHOWN_MS]
  ]);
});

it('is changed once it has come onto the screen, and then by what is true by then', () => {
  const { told, tell, pass, hide, show } = setUp();
  hide();
  tell(running('0 of 2'));
  tell(running('1 of 2'));
  pass(100);
  tell(running('2 of 2'));
  pass(100);
  expect(told).toHaveLength(1);
  show();
  pass(100);
  expect(told.slice(1)).toEqual([['update', 'n', '2 of 2', SHOWN_MS - 300]]);
});

it('is dismissed once it has come onto the screen', () => {
  const { told, tell, pass, hide, show } = setUp();
  hide();
  tell(running('0 of 2'));
  tell(over, true);
  pass(100);
  show();
  pass(100);
  expect(told.slice(1)).toEqual([['dismiss', 'n']]);
});

it('is not waited for where none is shown', () => {
  const { told, tell, pass, hide } = setUp();
  hide();
  tell(running('0 of 2'));
  tell(running('1 of 2'));
  for (let count = 0; count < SHOWN_MS / 100; count++) pass(100);
  expect(told.slice(1)).toEqual([['update', 'n', '1 of 2', SILENTLY]]);
});

it('is there again where something goes on after its end was seen', () => {
  const { told, tell } = setUp();
  tell(running('1 of 2'));
  tell(over, true);
  tell(running('1 of 2, again'), true);
  tell(running('2 of 2'));
  expect(told).toEqual([
    ['emit', '1 of 2', 'in-progress', SHOWN_MS],
    ['dismiss', 'n'],
    ['emit', '2 of 2', 'in-progress', SHOWN_MS]
  ]);
});

it('keeps up where it stays longer than it should, and goes soon', () => {
  const { told, tell, pass } = setUp();
  tell(running('0 of 2'));
  pass(60_000);
  tell(running('1 of 2'), true);
  tell(over, true);
  expect(told.slice(1)).toEqual([
    ['update', 'n', '1 of 2', SOON_MS],
    ['dismiss', 'n']
  ]);
});

it('shows itself where something is wrong, though it goes on', () => {
  const { told, tell, pass } = setUp();
  tell(running('0 of 2'));
  pass(10_000);
  tell({ type: 'error', goesOn: true, message: 'the disk is full' });
  expect(told.at(-1)).toEqual(['update', 'n', 'the disk is full', SHOWN_MS]);
});

it('tells nobody what they see, and goes when they see the end', () => {
  const { told, tell } = setUp();
  tell(running('0 of 2'), true);
  expect(told).toEqual([]);
  tell(running('1 of 2'));
  tell(running('2 of 2'), true);
  tell(over, true);
  expect(told.map(each => (each as unknown[])[0])).toEqual(['emit', 'update', 'dismiss']);
});
