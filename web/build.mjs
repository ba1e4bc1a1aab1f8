// SPDX-License-Identifier: GPL-3.0-or-later
// Makes dist/: one script, one style sheet, one page. Usage: node build.mjs [FOLDER]
import { build } from 'esbuild';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, 'dist');
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [join(here, 'src/main.js')],
  outfile: join(folder, 'app.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'eof',
  logLevel: 'warning',
});
for (const name of ['index.html', 'style.css', 'icon.svg', 'icons.svg']) {
  copyFileSync(join(here, 'src', name), join(folder, name));
}
