# SPDX-License-Identifier: GPL-3.0-or-later
"""A conferd with a configuration file of the test, as an operator runs it (not --dev), and what tests of that share."""
import contextlib
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from confer_test import BUILD, Failure, Program, check
from raw_sip import SDP


@contextlib.contextmanager
def folder():
    path = tempfile.mkdtemp(prefix='confer-e2e-')
    try:
        yield pathlib.Path(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


class Configured(Program):
    """conferd with a configuration file of the test, not --dev."""

    def __init__(self, where, lines, argv=()):
        self.where = where
        self.file = where / 'confer.conf'
        self.write(lines)
        super().__init__('conferd', [f'{BUILD}/conferd', '--config', str(self.file), *argv])
        self.wait('ready', lambda e: e.get('text', '').startswith('ready'))

    def write(self, lines):
        text, section = '', None
        for key, value in lines.items():
            at, _, name = key.partition('.')
            if at != section:
                text += f'[{at}]\n'
                section = at
            text += f'{name} = {value}\n'
        self.file.write_text(text)

    def reload(self, said):
        """SIGHUP, and wait until the log says so."""
        before = len(self.whole_log())
        self.process.send_signal(signal.SIGHUP)
        self.logged(said, since=before)

    def logged(self, said, patience=10, since=0):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if said in self.whole_log()[since:]:
                return
            time.sleep(0.02)
        raise Failure(f'the log does not say "{said}": {self.errors()}')


def settings(where, port, **more):
    lines = {'server.state': where / 'state', 'server.listen': f'127.0.0.1:{port}', 'server.listen-tls': f'127.0.0.1:{port + 1}',
             'server.domains': 'localhost', 'server.drain-time': '0s', 'media.plain': 'yes', 'media.ports': '41000-41999',
             'media.ice-port': '0'}
    lines.update({key.replace('__', '.').replace('_', '-'): value for key, value in more.items()})
    return dict(sorted(lines.items()))


def add_account(where, name):
    out = subprocess.run([f'{BUILD}/confer', '--state', str(where / 'state'), 'user', 'add', name, name, '--domain', 'localhost'],
                         capture_output=True, text=True, timeout=20)
    check(out.returncode == 0, out.stderr)


def proxied(where, port, **more):
    return settings(where, port, accounts__registrar='no', accounts__trusted_proxies='127.0.0.2', conferences__open_rooms='yes', **more)


def add_somebody(server, proxy, who):
    """Dave in the room adds somebody by REFER; the room calls out."""
    answer = proxy.ask('INVITE', 'sip:conference-factory@localhost', body=SDP.format(ip='127.0.0.1'), call_id='factory')
    check(answer.status == 200, answer.line)
    contact = re.search(r'<([^>]+)>', answer.get('contact')).group(1)
    answer = proxy.ask('REFER', contact, fields=f'Refer-To: <{who}>\r\nRefer-Sub: false\r\n', call_id='refer')
    check(answer.status in (200, 202), f'REFER: {answer.line} {server.errors()}')
