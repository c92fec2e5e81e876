import * as os from 'node:os';
import { chardHome, findChardHome, homeFolder } from './home';

jest.mock('node:os', () => {
  const actual = jest.requireActual<typeof os>('node:os');
  return { ...actual, homedir: jest.fn(actual.homedir) };
});
const homedir = jest.mocked(os.homedir);

function withoutHome(): void {
  homedir.mockImplementation(() => {
    throw new Error('uv_os_homedir returned ENOENT');
  });
}

afterEach(() => {
  homedir.mockImplementation(() => os.userInfo().homedir);
});

it('takes what the environment says first', () => {
  expect(chardHome({ CHARD_HOME: '/a', XDG_DATA_HOME: '/b' })).toBe('/a');
  expect(chardHome({ XDG_DATA_HOME: '/b' })).toBe('/b/chard');
  expect(chardHome({})).toBe(`${os.userInfo().homedir}/.local/share/chard`);
});

it('needs no home folder where the environment names another', () => {
  withoutHome();
  expect(homeFolder()).toBeNull();
  expect(chardHome({ CHARD_HOME: '/a' })).toBe('/a');
});

it('says what to set where there is none', () => {
  withoutHome();
  expect(findChardHome({})).toBeNull();
  expect(() => chardHome({})).toThrow(
    expect.objectContaining({
      code: 'no-home',
      message: expect.stringContaining('CHARD_HOME') as unknown
    })
  );
});
