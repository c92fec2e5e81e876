import { userInfo } from 'node:os';
import { chardHome, homeFolder } from './home';

jest.mock('node:os', () => {
  const os = jest.requireActual<typeof import('node:os')>('node:os');
  return { ...os, homedir: jest.fn(os.homedir) };
});
const { homedir } = jest.requireMock<{ homedir: jest.Mock<string, []> }>('node:os');

function withoutHome(): void {
  homedir.mockImplementation(() => {
    throw new Error('uv_os_homedir returned ENOENT');
  });
}

afterEach(() => {
  homedir.mockImplementation(() => userInfo().homedir);
});

it('takes what the environment says first', () => {
  expect(chardHome({ CHARD_HOME: '/a', XDG_DATA_HOME: '/b' })).toBe('/a');
  expect(chardHome({ XDG_DATA_HOME: '/b' })).toBe('/b/chard');
  expect(chardHome({})).toBe(`${userInfo().homedir}/.local/share/chard`);
});

it('needs no home folder where the environment names another', () => {
  withoutHome();
  expect(homeFolder()).toBeNull();
  expect(chardHome({ CHARD_HOME: '/a' })).toBe('/a');
});

it('says what to set where there is none', () => {
  withoutHome();
  expect(() => chardHome({})).toThrow(
    expect.objectContaining({
      code: 'no-home',
      message: expect.stringContaining('CHARD_HOME') as unknown
    })
  );
});
