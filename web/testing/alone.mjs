// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a test in a network of its own, which it can take away. Usage: node testing/alone.mjs FILE
import { spawnSync } from 'node:child_process';

const isRoot = process.getuid?.() === 0;
const { status } = spawnSync('unshare', [isRoot ? '-n' : '-rn', 'sh', '-c', 'ip link set lo up && exec "$0" --test --test-reporter=tap "$@"', process.execPath, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, CONFER_ALONE: '1' } });
process.exit(status ?? 1);
