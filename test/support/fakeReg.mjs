#!/usr/bin/env node
// As much of Windows' reg.exe as pairing uses, with the keys in a file beside it; what it prints is in the language of somebody else.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

const [verb, key, ...rest] = process.argv.slice(2);
const store = `${process.argv[1]}.json`;
appendFileSync(`${process.argv[1]}.log`, `${JSON.stringify(process.argv.slice(2))}\n`);
const keys = existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) : {};
const name = key.toLowerCase();
const after = (option) => rest[rest.indexOf(option) + 1];

function end(code, said) {
  process.stdout.write(`${said}\r\n`);
  process.exit(code);
}
if (existsSync(`${process.argv[1]}.refuses-${verb}`)) end(1, 'FEHLER: Zugriff verweigert');
if (verb === 'add') {
  if (!rest.includes('/ve') || after('/t') !== 'REG_SZ' || !rest.includes('/f')) end(1, 'FEHLER: Syntax');
  writeFileSync(store, JSON.stringify({ ...keys, [name]: after('/d') }));
  end(0, 'Der Vorgang wurde erfolgreich beendet.');
}
if (!(name in keys)) end(1, 'FEHLER: Der Registrierungsschl\u00fcssel wurde nicht gefunden.');
if (verb === 'query') {
  const sought = rest.includes('/f') ? after('/f') : keys[name];
  const isIt = keys[name].toLowerCase() === sought.toLowerCase();
  if (rest.includes('/f') && !(rest.includes('/d') && rest.includes('/e'))) end(1, 'FEHLER: Syntax');
  end(isIt ? 0 : 1, isIt ? `    (Standard)    REG_SZ    ${keys[name]}` : 'Ende der Suche: 0 gefunden.');
}
if (verb === 'delete' && rest.includes('/f')) {
  delete keys[name];
  writeFileSync(store, JSON.stringify(keys));
  end(0, 'Der Vorgang wurde erfolgreich beendet.');
}
end(1, 'FEHLER: Syntax');
