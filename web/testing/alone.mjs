// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a test in a network of its own, which it can take away. Usage: node testing/alone.mjs FILE...
import { spawnSync } from 'node:child_process';

const how = process.getuid?.() === 0 ? '-n' : '-rn';
if (spawnSync('unshare', [how, 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' }).status !== 0) {
  console.log('1..0 # SKIP no network namespace of one\'s own, which root has');
  process.exit(0);
}
const { status } = spawnSync('unshare', [how, 'sh', '-c', 'ip link set lo up && exec "$0" --test --test-reporter=tap "$@"', process.execPath, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, CONFER_ALONE: '1' } });
process.exit(status ?? 1);
