import { expect, it } from 'vitest';
import { describeWindow, programName } from '../../../../agent/platform/program.ts';

it.each([
  ['/usr/lib/firefox-esr/firefox-esr', 'Firefox', 'firefox-esr'],
  ['/opt/google/chrome/chrome', 'Google-chrome', 'chrome'],
  ['/usr/lib/libreoffice/program/soffice.bin', 'LibreOffice', 'soffice'],
  ['/home/someone/Apps/Code.AppImage', 'Code', 'code'],
  ['C:\\Program Files\\KeePassXC\\KeePassXC.exe', 'KeePassXC', 'keepassxc'],
  ['/Applications/Safari.app', 'Safari', 'safari'],
  ['/usr/bin/gedit (deleted)', 'Gedit', 'gedit'],
  ['/usr/bin/python3.11', 'Meld', 'meld'],
  ['/usr/lib/jvm/bin/java', 'jetbrains-idea', 'jetbrains-idea'],
  ['/usr/bin/python3', '', 'python3'],
  [undefined, 'org.gnome.Nautilus', 'org.gnome.nautilus'],
  [undefined, '', ''],
])('%s with the class %s is the program %s', (path, app, program) => {
  expect(programName(path, app)).toBe(program);
});

it('never holds a path, a control character or more than 128 characters', () => {
  const window = describeWindow({
    app: '/home/anna/\u0007evil\n',
    path: `/home/anna/${'x'.repeat(500)}`,
    title: ' a\u0000b\n',
  });
  expect(window).toEqual({ app: '/home/anna/ evil', program: 'x'.repeat(128), title: 'a b' });
});

it('an empty title is none, and an application without a name is called by its program', () => {
  expect(describeWindow({ app: '', path: '/usr/bin/feh', title: ' ' })).toEqual({
    app: 'feh',
    program: 'feh',
    title: null,
  });
});
