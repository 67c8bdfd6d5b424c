import { describe, expect, test } from 'vitest';
import { parseSettings } from './settings-option.ts';

const failure = (...options: string[]) => {
  try {
    parseSettings(options);
  } catch (error) {
    return error as Error;
  }
  throw new Error('was accepted');
};

describe('--set', () => {
  test('words become values of the type that the setting has', () => {
    const settings = parseSettings(['bargeIn=false', 'endpointingMs=250', 'speed=1.2', 'voice=joe']);
    expect(settings).toEqual({ bargeIn: false, endpointingMs: 250, speed: 1.2, voice: 'joe' });
  });

  test('of a setting given twice, the last one counts', () => {
    expect(parseSettings(['speed=1.2', 'speed=0.9'])).toEqual({ speed: 0.9 });
  });

  test.each([
    ['bargeIn', '--set "bargeIn": write key=value, like --set bargeIn=false.'],
    ['=5', '--set "=5": write key=value, like --set bargeIn=false.'],
    ['bargeIn=maybe', '--set bargeIn: takes true or false, not "maybe".'],
    ['bargeIn=', '--set bargeIn: takes true or false, not "".'],
    ['endpointingMs=soon', '--set endpointingMs: takes a whole number from 0 to 5000, not "soon".'],
    ['endpointingMs=1.5', '--set endpointingMs: takes a whole number from 0 to 5000, not "1.5".'],
    ['endpointingMs=-1', '--set endpointingMs: takes a whole number from 0 to 5000, not "-1".'],
    ['speed=fast', '--set speed: takes a number from 0.5 to 2, not "fast".'],
    ['speed=9', '--set speed: takes a number from 0.5 to 2, not "9".'],
    ['language=de', '--set language: takes en, not "de".'],
    [
      'voice=a b',
      '--set voice: takes a value as follows: a voice is 1–64 letters, digits, - or _, not "a b".',
    ],
  ])('%s is refused with what to write instead', (option, message) => {
    expect(failure(option)).toMatchObject({ message, exitCode: 2 });
  });

  test('an unknown setting is refused with the nearest one and the whole list', () => {
    const { message } = failure('bargein=false');
    expect(message).toMatch(
      /^--set: there is no setting "bargein"\. Did you mean bargeIn\? The settings are language, voice, speed, .*cache\.$/,
    );
    expect(failure('colour=red').message).not.toMatch(/Did you mean/);
  });

  test('a name that every object has is not taken for a setting', () => {
    expect(failure('__proto__=1').message).toMatch(/^--set: there is no setting "__proto__"/);
    expect(failure('constructor=1').message).toMatch(/^--set: there is no setting "constructor"/);
  });
});
