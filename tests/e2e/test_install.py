#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator does first: installs, edits the example of a configuration, starts, adds accounts."""
import json
import pathlib
import re
import subprocess
import time

from confer_test import BUILD, check, free_port, run_cases
from configured import Configured, folder, settings
from raw_sip import Client


def user(where, *words):
    return subprocess.run([f'{BUILD}/confer', '--state', str(where / 'state'), 'user', *words], capture_output=True, text=True, timeout=20)


def is_taken(port, account, patience=10):
    """Does the running server let a new account in? It looks for those once a second."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        phone = Client(('127.0.0.1', port), account['user'], account['domain'], password=account['password'])
        try:
            if phone.ask('REGISTER', f'sip:{account["domain"]}').status == 200:
                return True
        finally:
            phone.close()
        time.sleep(0.5)
    return False


def everything_is_installed():
    with folder() as where:
        page = pathlib.Path(BUILD) / 'web' / 'index.html'
        out = subprocess.run(['meson', 'install', '-C', BUILD, '--no-rebuild', '--destdir', str(where)], capture_output=True, text=True,
                             timeout=120)
        check(out.returncode == 0, out.stdout + out.stderr)
        files = {str(file.relative_to(where)) for file in where.rglob('*') if file.is_file()}
        prefix = next(file for file in files if file.endswith('bin/conferd'))[:-len('bin/conferd')]
        wanted = ['bin/confer', 'share/man/man1/confer.1', 'share/man/man8/conferd.8', 'lib/systemd/system/confer.service',
                  'lib/sysusers.d/confer.conf', 'share/doc/confer/confer.conf', *(['share/confer/web/index.html'] if page.exists() else [])]
        check(not [file for file in wanted if prefix + file not in files], f'{wanted} in {sorted(files)}')
        unit = (where / prefix / 'lib/systemd/system/confer.service').read_text()
        check(f'ExecStart=/{prefix}bin/conferd --config' in unit and not re.search(r'@\w+@', unit), unit)
        example = where / prefix / 'share/doc/confer/confer.conf'
        out = subprocess.run([str(where / prefix / 'bin/conferd'), '--check-config', '--config', str(example)], capture_output=True, text=True,
                             timeout=20)
        check(out.returncode == 0, f'the example is refused: {out.stderr}')


def accounts_are_for_the_domain_of_the_server():
    with folder() as where:
        out = user(where, 'add', 'zoe')
        check(out.returncode == 1 and '--domain' in out.stderr, f'no server was there yet: {out.stdout}{out.stderr}')
        port = free_port()
        server = Configured(where, settings(where, port, server__domains='meet.example.org localhost'))
        try:
            out = user(where, 'add', 'zoe')
            check(out.returncode == 0, out.stderr)
            told = json.loads(out.stdout)
            check(told['user'] == 'zoe' and told['domain'] == 'meet.example.org' and len(told['password']) == 16, out.stdout)
            check(is_taken(port, told), f'the new account is not let in: {server.errors()}')
            out = user(where, 'add', 'yan', 'secret')
            check('password' not in json.loads(out.stdout), f'a password that was given is printed: {out.stdout}')
        finally:
            check(server.end() == 0, server.errors())


if __name__ == '__main__':
    run_cases(everything_is_installed, accounts_are_for_the_domain_of_the_server)
