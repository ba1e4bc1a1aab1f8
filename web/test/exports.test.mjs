// SPDX-License-Identifier: GPL-3.0-or-later
// What a module exports, another one imports: the rest is dead, or nobody's business.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const FOLDERS = ['src', 'test', 'clients', 'testing', 'browser'];

/** @param {string} folder @returns {string[]} */
function modulesIn(folder) {
  return readdirSync(folder).map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? modulesIn(path) : /\.m?js$/.test(path) ? [path] : []));
}

/** @param {string} text @returns {string[]} names in braces of import and export lists */
function imported(text) {
  return [...text.matchAll(/import\s*(?:\w+\s*,\s*)?\{([^}]*)\}/g)].flatMap((match) => match[1].split(',').map((name) => name.trim().split(/\s+as\s+/)[0]))
    .concat([...text.matchAll(/import\('[^']*'\)\.(\w+)/g)].map((match) => match[1]));
}

test('nothing is exported in vain', () => {
  const texts = FOLDERS.flatMap((folder) => modulesIn(join(here, folder))).map((path) => readFileSync(path, 'utf8'));
  const used = new Set(texts.flatMap(imported));
  const exported = texts.flatMap((text) => [...text.matchAll(/^export (?:async )?(?:function\*?|class|const|let) (\w+)/gm)].map((match) => match[1]));
  assert.ok(exported.length > 40);
  assert.deepEqual(exported.filter((name) => !used.has(name)), []);
});
