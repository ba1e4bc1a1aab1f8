// SPDX-License-Identifier: GPL-3.0-or-later
// Runs tests, one file after the other, each in a network of its own, which it can take away. Usage: node testing/alone.mjs FILE...
import { spawnSync } from 'node:child_process';

const how = process.getuid?.() === 0 ? '-n' : '-rn';
if (spawnSync('unshare', [how, 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' }).status !== 0) {
  console.log('1..0 # SKIP no network namespace of one\'s own, which root has');
  process.exit(0);
}
const run = (/** @type {string} */ file) => spawnSync('unshare', [how, 'sh', '-c', 'ip link set lo up && exec "$0" --test --test-reporter=tap "$1"', process.execPath, file],
  { stdio: 'inherit', env: { ...process.env, CONFER_ALONE: '1' } }).status ?? 1;
const statuses = process.argv.slice(2).map(run);
process.exit(statuses.length > 0 ? Math.max(...statuses) : 1);
