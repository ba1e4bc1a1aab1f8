// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the page for meetings and the one for administrators, a script and style sheets for each. Usage: node build.mjs [FOLDER]; FOLDER is
// build/web beside this one, where conferd looks, if it is not given.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, '../build/web');
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: { app: join(here, 'src/main.js'), admin: join(here, 'src/admin.js') },
  outdir: folder,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'eof',
  logLevel: 'warning',
});
for (const name of ['index.html', 'admin.html', 'style.css', 'admin.css', 'icon.svg', 'icons.svg']) {
  copyFileSync(join(here, 'src', name), join(folder, name));
}
